"""The micro-expression enhancer: learnable tokens ask regional features for MEs (the paper, 4.2).

    broadcast   tokens attend over all regions of all frames -> N tokens -> one feature, for every frame
    framewise   tokens attend over the regions of each frame -> N tokens -> one feature per frame

The paper concatenates F_enhanced (N, D) with F_global (T, D) and does not say how. `broadcast` takes its
words literally; `framewise` keeps the time axis, which the locator needs.
"""

import math

import torch
from torch import Tensor, nn

from meldae.config import Fusion


class Enhancer(nn.Module):
    """Cross-attention with learnable query tokens.

    Args:
        dim: Width D of regional features, a multiple of `heads`.
        n_tokens: Query tokens N.
        heads: Attention heads.
        fusion: ``"framewise"`` or ``"broadcast"``.

    Shape:
        regions: (B, T, P, D)
        mask: (B, T) bool.
        returns: the enhanced feature (B, T, D), and the attention averaged over heads when asked for:
            (B, T, N, P); it sums to 1 over P (framewise), or over all real T and P (broadcast).

    Differs from the paper: it does not say how N tokens become one feature. Here each channel has a
    learned weight per token, of which the mean is a special case. (A linear map of all N D numbers was
    tried: with Adam its constant part grows by N D steps at once and drowns what changes over time.)
    """

    def __init__(self, dim: int, n_tokens: int = 16, heads: int = 4, fusion: Fusion = "framewise"):
        super().__init__()
        if fusion not in ("framewise", "broadcast"):
            raise ValueError(f"Expected `fusion` framewise or broadcast but got {fusion!r}.")
        if dim % heads:
            raise ValueError(f"Expected `dim` to be a multiple of `heads` but got {dim}, {heads}.")
        self.fusion, self.heads = fusion, heads
        self.tokens = nn.Parameter(torch.empty(n_tokens, dim))
        nn.init.normal_(self.tokens, std=0.5)
        self.norm = nn.LayerNorm(dim)
        self.query = nn.Linear(dim, dim)
        # No bias: adding the same number to all keys changes no softmax, so it would never learn.
        self.key = nn.Linear(dim, dim, bias=False)
        self.value = nn.Linear(dim, dim)
        self.pool = nn.Parameter(torch.empty(n_tokens, dim))
        nn.init.normal_(self.pool, std=n_tokens**-0.5)

    def forward(
        self, regions: Tensor, mask: Tensor | None = None, return_attention: bool = False
    ) -> tuple[Tensor, Tensor | None]:
        """See the class."""
        b, t, p, d = regions.shape
        h, n = self.heads, self.tokens.shape[0]
        regions = self.norm(regions)
        query = self.query(self.tokens).view(n, h, d // h)
        key = self.key(regions).view(b, t, p, h, d // h)
        value = self.value(regions).view(b, t, p, h, d // h)
        logits = torch.einsum("nhc,btphc->bthnp", query, key) / math.sqrt(d // h)
        if self.fusion == "framewise":
            attention = logits.float().softmax(-1).to(value.dtype)
            found = torch.einsum("bthnp,btphc->btnhc", attention, value)
            enhanced = torch.einsum("btnd,nd->btd", found.reshape(b, t, n, d), self.pool)
        else:
            logits = logits.float()
            if mask is not None:
                logits = logits.masked_fill(~mask[:, :, None, None, None], float("-inf"))
            over_all = logits.permute(0, 2, 3, 1, 4).reshape(b, h, n, t * p).softmax(-1)
            attention = over_all.view(b, h, n, t, p).permute(0, 3, 1, 2, 4).to(value.dtype)
            found = torch.einsum("bthnp,btphc->bnhc", attention, value)
            one = torch.einsum("bnd,nd->bd", found.reshape(b, n, d), self.pool)
            enhanced = one[:, None].expand(b, t, d)
        return enhanced, attention.mean(2) if return_attention else None

"""Every layer of MOL against a slow loop or numbers worked out by hand."""

import numpy as np
import pytest
import torch

from benchmarks.models.mol.circular import (
    AxisConvolution,
    FullyConnectedConvolution,
    circular_convolution,
)
from benchmarks.models.mol.correlation import correlation
from benchmarks.models.mol.correspondence import ChannelCorrespondence, nearest


def _generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_circular_convolution_by_hand() -> None:
    # x = 1 2 3, kernel = 1 10 100: y0 = 1 + 20 + 300, y1 = 2 + 30 + 100, y2 = 3 + 10 + 200
    maps = torch.tensor([1.0, 2.0, 3.0]).reshape(1, 1, 3, 1).expand(1, 1, 3, 2)
    found = circular_convolution(maps, torch.tensor([[1.0, 10.0, 100.0]]), axis=2)
    assert found[0, 0, :, 0].tolist() == [321.0, 132.0, 213.0]
    assert torch.equal(found[..., 0], found[..., 1])


@pytest.mark.parametrize("axis", [2, 3])
def test_circular_convolution_is_the_fourier_one(axis: int) -> None:
    maps = torch.randn(2, 3, 5, 5, generator=_generator())
    kernel = torch.randn(3, 5, generator=_generator(1))
    dim = axis
    spectrum = torch.fft.fft(maps, dim=dim)
    shape = (1, 3, 5, 1) if axis == 2 else (1, 3, 1, 5)
    expected = torch.fft.ifft(spectrum * torch.fft.fft(kernel).conj().reshape(shape), dim=dim).real
    assert torch.allclose(circular_convolution(maps, kernel, axis), expected, atol=1e-5)


def test_a_kernel_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="4 taps"):
        circular_convolution(torch.zeros(1, 2, 5, 5), torch.zeros(2, 4), 2)


def test_axis_convolution_is_a_slow_loop() -> None:
    layer = AxisConvolution(2, 4, 3, normalise=False)
    torch.nn.init.normal_(layer.bias)
    maps = torch.randn(1, 2, 3, 4, generator=_generator())
    found = layer(maps).detach().numpy()
    position, kernel = layer.position.detach().numpy(), layer.kernel.detach().numpy()
    bias = layer.bias.detach().numpy()
    for c in range(2):
        for h in range(3):
            for w in range(4):
                total = bias[0, c, 0, 0]
                for j in range(4):
                    at = (w + j) % 4
                    total += kernel[c, j] * (maps[0, c, h, at].item() + position[0, c, 0, at])
                assert found[0, c, h, w] == pytest.approx(total, abs=1e-5)


def test_every_place_sees_every_place_and_knows_where_it_is() -> None:
    layer = FullyConnectedConvolution(4, 5, 5).eval()
    maps = torch.randn(1, 4, 5, 5, generator=_generator(), requires_grad=True)
    found = layer(maps)
    (gradient,) = torch.autograd.grad(found[0, :, 2, 3].sum(), maps)
    assert (gradient.abs().sum(1) > 0).all()
    # Without position codes a shifted picture would be a shifted answer.
    moved = layer(maps.roll((1, 2), (2, 3)))
    assert not torch.allclose(moved, found.roll((1, 2), (2, 3)), atol=1e-4)
    for parameter in (one.position for one in layer.modules() if isinstance(one, AxisConvolution)):
        torch.nn.init.zeros_(parameter)
    same = layer(maps.roll((1, 2), (2, 3)))
    assert torch.allclose(same, layer(maps).roll((1, 2), (2, 3)), atol=1e-5)


def test_channels_must_be_halved() -> None:
    with pytest.raises(ValueError, match="even"):
        FullyConnectedConvolution(3, 4, 4)


def test_nearest_by_hand() -> None:
    nodes = torch.tensor([[[1.0, 0.0], [3.0, 0.1], [0.0, 1.0], [-1.0, 0.0]]])
    assert nearest(nodes, 1, itself=False)[0, :, 0].tolist() == [1, 0, 1, 2]
    assert nearest(nodes, 2, itself=True)[0, :, 0].tolist() == [0, 1, 2, 3]


def _slow_channels(layer: ChannelCorrespondence, maps: torch.Tensor, k: int) -> torch.Tensor:
    nodes = maps.flatten(2)
    found = nodes.clone()
    for b in range(nodes.shape[0]):
        for i in range(nodes.shape[1]):
            one = nodes[b, i]
            likeness = [
                float(torch.cosine_similarity(one, nodes[b, j], dim=0)) if j != i else -np.inf
                for j in range(nodes.shape[1])
            ]
            chosen = np.argsort(likeness)[::-1][:k]
            edges = [
                torch.relu(layer.own(one) + layer.other(nodes[b, int(j)] - one)) for j in chosen
            ]
            found[b, i] += torch.stack(edges).amax(dim=0)
    return found.reshape(maps.shape)


def test_channel_graph_is_a_slow_loop() -> None:
    layer = ChannelCorrespondence(6, neighbours=2)
    maps = torch.randn(2, 5, 2, 3, generator=_generator())
    assert torch.allclose(layer(maps), _slow_channels(layer, maps, 2), atol=1e-5)


def test_positional_graph_as_released_is_a_slow_loop() -> None:
    k, layer = 2, ChannelCorrespondence(6, 2, "positional", itself=True, twice=True)
    maps = torch.randn(1, 5, 2, 3, generator=_generator())
    nodes = maps.flatten(2)[0]
    likeness = torch.nn.functional.normalize(nodes.T, dim=1)
    order = (likeness @ likeness.T).argsort(dim=1, descending=True)[:, :k]
    expected = nodes.clone()
    for c in range(5):
        edges = []
        for j in range(k):
            read = torch.stack([nodes[c, order[p, j]] for p in range(6)])
            edges.append(torch.relu(layer.own(nodes[c]) + layer.other(read - 2 * nodes[c])))
        expected[c] += torch.stack(edges).amax(dim=0)
    assert torch.allclose(layer(maps)[0].flatten(1), expected, atol=1e-5)


def test_correlation_is_a_slow_loop() -> None:
    first = torch.randn(2, 3, 4, 5, generator=_generator())
    second = torch.randn(2, 3, 4, 5, generator=_generator(1))
    found = correlation(first, second, patch=3, dilation=2)
    assert found.shape == (2, 9, 4, 5)
    for r in range(3):
        for c in range(3):
            for y in range(4):
                for x in range(5):
                    other = (y + 2 * (r - 1), x + 2 * (c - 1))
                    inside = 0 <= other[0] < 4 and 0 <= other[1] < 5
                    expected = (
                        (first[0, :, y, x] * second[0, :, other[0], other[1]]).mean().item()
                        if inside
                        else 0.0
                    )
                    assert found[0, 3 * r + c, y, x].item() == pytest.approx(expected, abs=1e-6)


def test_an_even_patch_is_refused() -> None:
    with pytest.raises(ValueError, match="odd"):
        correlation(torch.zeros(1, 1, 2, 2), torch.zeros(1, 1, 2, 2), 4, 1)

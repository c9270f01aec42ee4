"""`wdmd template`: an ELAN template and a protocol that fit each other."""

from pathlib import Path
from typing import Annotated

import typer


def template(
    out: Annotated[
        Path, typer.Option(help="Folder for template.etf and protocol.yaml; made if missing.")
    ] = Path("template"),
    annotator: Annotated[
        list[str] | None,
        typer.Option(
            help="An annotator; repeat for several. None: one set of tiers without a name."
        ),
    ] = None,
    subject: Annotated[str, typer.Option(help="The person shown, PARTICIPANT of all tiers.")] = "",
    protocol: Annotated[
        Path | None, typer.Option(help="Start from this protocol, YAML; built-in when left out.")
    ] = None,
    force: Annotated[bool, typer.Option(help="Replace files that are there.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document on standard output.")
    ] = False,
) -> None:
    """Write an ELAN template (.etf) whose tiers offer their values as lists, and its protocol.

    In ELAN: File, New, choose the film, then choose "Template" and the .etf.
    """
    from wdmd_tools.atomic import write_bytes
    from wdmd_tools.cli.console import out as stdout
    from wdmd_tools.cli.console import print_json
    from wdmd_tools.elan.writer import eaf_bytes
    from wdmd_tools.errors import ConfigError
    from wdmd_tools.names import check_file_name, lookalikes
    from wdmd_tools.protocol import load_protocol
    from wdmd_tools.protocol.template import complete, protocol_yaml, template_document

    meaning = complete(load_protocol(protocol))
    names = [name.strip() for name in annotator or ()]
    for name in names:
        check_file_name(name, "--annotator")
    for group in lookalikes(names):
        raise ConfigError(
            f"--annotator: {' and '.join(map(repr, group))} differ only in case, blanks or Unicode form; "
            "write one person one way, and give two people different names"
        )
    if any(not name for name in names) or len(set(names)) != len(names):
        raise ConfigError("--annotator: names must be there once each, and not empty")
    document = template_document(meaning, names, subject.strip())
    texts = {
        out / "template.etf": eaf_bytes(document, str(out / "template.etf")),
        out / "protocol.yaml": protocol_yaml(meaning).encode(),
    }
    for path in texts:
        if path.exists() and not force:
            raise ConfigError(f"{path}: is there already; choose another --out, or add --force")
    out.mkdir(parents=True, exist_ok=True)
    for path, data in texts.items():
        write_bytes(path, data)
    tiers = [tier.tier_id for tier in document.tiers]
    if as_json:
        print_json({"files": [str(path) for path in texts], "tiers": tiers})
        return
    for path in texts:
        stdout.print(f"wrote {path}", markup=False, highlight=False)
    stdout.print(f"tiers: {', '.join(tiers)}", markup=False, highlight=False)

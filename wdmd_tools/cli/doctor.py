"""`wdmd doctor`: what does this machine have, and what does it lack?"""

from typing import Annotated

import typer


def doctor(
    fetch: Annotated[bool, typer.Option("--fetch", help="Get the face model first.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document on standard output.")
    ] = False,
) -> None:
    """Say what is there and what is missing, and how to get it.

    Exit codes: 0 everything needed is there, 5 something is missing.
    """
    from dataclasses import asdict

    from wdmd_tools.cli.console import out as stdout
    from wdmd_tools.cli.console import print_json
    from wdmd_tools.doctor import examine
    from wdmd_tools.errors import EXIT_MISSING
    from wdmd_tools.faces.model_file import get_face_model

    if fetch:
        get_face_model()
    findings = examine()
    if as_json:
        print_json({"findings": [asdict(finding) for finding in findings]})
    else:
        for finding in findings:
            fix = f"; {finding.fix}" if finding.fix else ""
            stdout.print(
                f"{finding.status:8} {finding.name:11} {finding.detail}{fix}",
                markup=False,
                highlight=False,
            )
    if any(finding.status == "missing" for finding in findings):
        raise typer.Exit(EXIT_MISSING)

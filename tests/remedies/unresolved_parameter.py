"""What the remedies of unresolved-parameter say to do."""

from __future__ import annotations

import re
from typing import Any
from xml.sax.saxutils import escape

from remedies import Case, Remedies, by_role


def define_the_parameter(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    del finding
    name, pair = said[1], case.senders_pair
    table = "".join(
        f"<cell id='clientCertificate.{role}DN'>{escape(dn)}</cell>"
        for role, dn in by_role(pair).items()
    )
    values = {"Auth": "ClientCertificate", "Subject": pair[0], "Issuer": pair[1]}
    values["Certificates"] = f"<row>{table}</row>"
    case.define({name: next(value for word, value in values.items() if word in name)})


REMEDIES: Remedies = ((r"Give \{\{(.+?)\}\} a value in parameters\.prop", define_the_parameter),)

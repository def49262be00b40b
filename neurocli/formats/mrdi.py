"""The `.mrdi` files of OSCAR: an ideal with its ring, in JSON (arXiv:2309.00465).

In OSCAR: `I = load("FILE.mrdi"); dim(I), degree(I)`.  Files are stamped with the version of the layout
we write, which OSCAR upgrades by itself when it is newer.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from neurocli.errors import DataError, UsageError
from neurocli.formats.system import Polynomial, PolynomialSystem, read_coefficient

_NAMESPACE = {"Oscar": ["https://github.com/oscar-system/Oscar.jl", "1.4.0"]}
#: Rings are named by what they are, so that equal systems give equal files.
_RINGS = uuid.UUID("6f1d0a0e-7f0b-5a6e-9d52-3a1c5f1f4e0b")


def write(system: PolynomialSystem) -> str:
    """The ideal of the system's polynomials, with the comment as its description."""
    ring = {"_type": {"name": "MPolyRing", "params": _field(system.characteristic)},
            "data": {"symbols": list(system.variables)}}
    name = str(uuid.uuid5(_RINGS, json.dumps(ring, sort_keys=True)))
    record: dict[str, Any] = {
        "_ns": _NAMESPACE, "_type": {"name": "MPolyIdeal", "params": name},
        "data": [[[list(map(str, exponents)), str(coefficient).replace("/", "//")]
                  for exponents, coefficient in polynomial.items()] for polynomial in system.polynomials],
        "_refs": {name: ring}}
    if system.comment:
        record["meta"] = {"description": "\n".join(system.comment)}
    return json.dumps(record, separators=(",", ":")) + "\n"


def read(text: str) -> PolynomialSystem:
    """The ideal in a file: polynomials over Q or a prime field.

    Raises:
        DataError: no file of OSCAR, another kind of object, another coefficient ring, or spoiled.
    """
    try:
        record = json.loads(text)
    except ValueError as error:
        raise DataError(f"mrdi file: {error}") from None
    if not isinstance(record, Mapping) or "Oscar" not in record.get("_ns", {}):
        raise DataError("mrdi file: not written for OSCAR")
    kind = record.get("_type")
    if not isinstance(kind, Mapping) or kind.get("name") != "MPolyIdeal":
        raise DataError("mrdi file: expected an ideal of polynomials (MPolyIdeal)")
    try:
        ring = record["_refs"][kind["params"]]
        if ring["_type"]["name"] != "MPolyRing":
            raise DataError(f"mrdi file: a ring of kind {ring['_type']['name']!r}, expected MPolyRing")
        characteristic = _characteristic(ring["_type"]["params"])
        polynomials = tuple(_polynomial(terms) for terms in record["data"])
        comment = tuple(record.get("meta", {}).get("description", "").splitlines())
        return PolynomialSystem(tuple(ring["data"]["symbols"]), characteristic, polynomials, comment)
    except (KeyError, TypeError, ValueError, AttributeError, UsageError) as error:
        raise DataError(f"mrdi file: {type(error).__name__}: {error}") from None


def _field(characteristic: int) -> dict[str, Any]:
    if characteristic == 0:
        return {"_type": "QQField"}
    return {"_type": {"name": "FiniteField", "_instance": "fpField"}, "data": str(characteristic)}


def _characteristic(field: Mapping[str, Any]) -> int:
    kind = field["_type"]
    if kind == "QQField":
        return 0
    if isinstance(kind, Mapping) and kind.get("name") == "FiniteField" and isinstance(field["data"], str):
        return int(field["data"])
    raise DataError(f"mrdi file: coefficients in {kind!r}, expected Q or a prime field")


def _polynomial(terms: Any) -> Polynomial:
    polynomial: Polynomial = {}
    for exponents, coefficient in terms:
        if not isinstance(coefficient, str):
            raise ValueError(f"coefficient {coefficient!r}")
        monomial = tuple(int(read_coefficient(exponent)) for exponent in exponents)
        if monomial in polynomial:
            raise ValueError(f"monomial {exponents!r} twice")
        polynomial[monomial] = read_coefficient(coefficient.replace("//", "/"))
    return polynomial

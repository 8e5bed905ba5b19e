"""The strict loader: the text of a policy file in, a frozen `Policy` or every problem at once out.

Local rules stand in a second text (or at the end of the first) as `[[local]]` tables. They fill what the policy leaves
unsaid, has lost or contradicts; one that changes what the policy says is a problem.
"""

import hashlib
import re
import tomllib
from dataclasses import replace
from typing import Any

from policies import checks, grammar, schema, settling, tables
from policies.policy import Policy
from policies.problems import PolicyProblems, Problem
from policies.values import RoleDef, Value, Who

LARGEST = 256 * 1024
# `tomllib` takes time that grows with the square of the parts of a dotted name; no path here has more than six.
_TOO_DOTTED = re.compile(r"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){12}""")
# A text may be written as it is or by its number; the character with the number nought can be kept nowhere.
_NOTHING = re.compile(r"\\u0000|\\U00000000")


def read(text: str, *, local: str = "", document: str | None = None, written_in: int = grammar.NEWEST) -> Policy:
    """Read a policy from the text of its file, with the provider's local rules beside it.

    `local` holds `[[local]]` tables only. `document` is the policy's own text, where it is at hand: a cited clause that
    is not in it is then a problem. `written_in` is the grammar that held when a text was adopted. Raises
    `PolicyProblems` with everything that is wrong; never anything else, whatever the text holds.

    >>> read('[policy]\\nprovider = "X"\\nkind = "counsil"')
    Traceback (most recent call last):
    policies.problems.PolicyProblems: policy.kind: "counsil" is not one of: council, association, almo, co-operative, \
charity. Did you mean "council"?
    policy.effective: is missing: the day from which it holds.
    """
    found = tables.Tables(written_in)
    try:
        raw = _toml(text, "", found.problems)
        beside = raw.pop("local", [])
        found.take(raw)
        settling.settle(found, beside)
        settling.take(found, _toml(local, "local rules", found.problems))
    except tables.TooMany:
        found.problems.append(Problem("", "has more problems than these: put these right first"))
        raise PolicyProblems(found.problems) from None
    policy = _policy(found, text, local)
    if policy is not None:
        found.problems += checks.contradictions(policy, document)
    if found.problems or policy is None:
        raise PolicyProblems(found.problems)
    return policy


def read_bytes(data: bytes, *, local: bytes = b"", document: str | None = None) -> Policy:
    """Read a policy from the bytes of its file; raises `PolicyProblems` also where they are not UTF-8 text.

    >>> read_bytes(b"\\xff\\xfe")
    Traceback (most recent call last):
    policies.problems.PolicyProblems: the file: is not UTF-8 text: save it as plain text in UTF-8.
    """
    try:
        texts = [part.decode("utf-8-sig") for part in (data, local)]
    except UnicodeDecodeError:
        raise PolicyProblems([Problem("", "is not UTF-8 text: save it as plain text in UTF-8")]) from None
    return read(texts[0], local=texts[1], document=document)


def _toml(text: str, where: str, problems: list[Problem]) -> dict[str, Any]:
    """The tables of a text. `tomllib` gives up with RecursionError on deep nesting, ValueError on endless numbers."""
    if len(text) > LARGEST:
        problems.append(Problem(where, f"is longer than {LARGEST // 1024} KB: no policy needs that much"))
        return {}
    if _TOO_DOTTED.search(text):
        problems.append(Problem(where, "holds a name of more than twelve parts: no path is that long"))
        return {}
    if _NOTHING.search(text):
        problems.append(Problem(where, "writes a character that is none: \\u0000"))
        return {}
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        problems.append(Problem(where, f"is not TOML: {error}"))
    except RecursionError:
        problems.append(Problem(where, "is nested too deeply"))
    except (ValueError, OverflowError):
        problems.append(Problem(where, "holds a number or a date that cannot be read"))
    return {}


def _policy(found: tables.Tables, text: str, local: str) -> Policy | None:
    if not {"policy.provider", "policy.kind", "policy.effective"} <= found.values.keys():
        return None
    roles = _roles(found)
    values = {path: _knowing(value, roles) for path, value in found.values.items()}
    return Policy(
        values=values,
        roles=roles,
        tables=dict(found.tables),
        table_rules=dict(found.table_rules),
        losses=tuple(found.losses),
        notes=dict(found.notes),
        damage=dict(found.damage),
        asked=frozenset(found.asked),
        digest=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        local_digest=hashlib.sha256(local.encode("utf-8", "surrogatepass")).hexdigest() if local else "",
    )


def _roles(found: tables.Tables) -> dict[str, RoleDef]:
    roles = {}
    for path in [path for path in found.tables if path.startswith("roles.")]:
        key = path.partition(".")[2]
        said = {name: found.values.get(f"{path}.{name}") for name in schema.provider.ROLES.named.keys}  # type: ignore[union-attr]
        raw = {name: value.raw for name, value in said.items() if value}
        rule = found.table_rules.get(path)
        works_as = raw.get("as") or ""
        roles[key] = RoleDef(
            key, raw.get("name") or key, works_as, raw.get("rank"), raw.get("of", ""), rule, raw.get("was", "")
        )
    return roles


def _knowing(value: Value, roles: dict[str, RoleDef]) -> Value:
    """The same value, its deciders knowing the names and ranks of roles."""
    if not any(isinstance(item.parsed, Who) for item in value.items):
        return value
    items = (
        replace(item, parsed=replace(item.parsed, known=roles)) if isinstance(item.parsed, Who) else item
        for item in value.items
    )
    return replace(value, items=tuple(items))

"""Every key that a policy file may have, what it holds, and which keys are asked.

An *asked* key that is absent is unsaid: the policy is silent, it is listed, and a named person decides. Any other
absent key means that there is nothing of the kind. A path ("appeal.window") names a key in errors, clocks and local
rules.
"""

from policies.schema import decisions, limits, provider, records, stages
from policies.schema.keys import Key, Table

ROOT = Table(
    "A policy",
    tables={
        "policy": provider.POLICY,
        "roles": provider.ROLES,
        "scope": provider.SCOPE,
        "behaviour": stages.BEHAVIOUR,
        "on_the_spot": stages.ON_THE_SPOT,
        "stages": stages.STAGES,
        "stage": stages.STAGE,
        "path": stages.PATH,
        "decide": decisions.DECIDE,
        "gate": decisions.GATE,
        "consider": decisions.CONSIDER,
        "restriction": limits.RESTRICTION,
        "review": limits.REVIEW,
        "appeal": decisions.APPEAL,
        "reconsideration": decisions.RECONSIDERATION,
        "breach": stages.BREACH,
        "spoc": limits.SPOC,
        "always_accept": limits.ALWAYS_ACCEPT,
        "inform": records.INFORM,
        "register": records.REGISTER,
        "letter": records.LETTER,
        "evidence": records.EVIDENCE,
        "equality": provider.EQUALITY,
        "staff_care": provider.STAFF_CARE,
        "clocks": provider.CLOCKS,
    },
    clause=False,
)
# Beside these: [damage], clauses whose text is damaged, and [[local]], what the provider has settled.
EVERYWHERE = ("clause", "note", "lost")


def find(path: str) -> tuple[Key | Table, str]:
    """The key or table at a path, with the path's general form; raises KeyError with the part that is not known.

    >>> find("stage.letter.by")[1]
    'stage.*.by'
    >>> find("appeal.windw")
    Traceback (most recent call last):
    KeyError: 'appeal.windw'
    """
    table: Table = ROOT
    general: list[str] = []
    parts = path.split(".")
    for at, part in enumerate(parts):
        last = at == len(parts) - 1
        if last and part in table.keys:
            return table.keys[part], ".".join([*general, part])
        if last and table.each:
            return table.each, ".".join([*general, "*"])
        if part in table.tables:
            table, general = table.tables[part], [*general, part]
        elif table.named:
            table, general = table.named, [*general, "*"]
        else:
            raise KeyError(path)
    return table, ".".join(general)

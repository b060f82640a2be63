"""What to do about a violated constraint, by constraint component (SHACL §4), in English and French.

`{path}` is the path of the shape, `{expected}` the constraint's parameter: the class, the datatype, the number.
"""

from __future__ import annotations

from typing import Final

#: What else there is to do where shapes refuse the data, or can't be used.
WITHOUT_SHAPES: Final = (
    'To publish without validation, give the files of the shapes the role "data" under [graphs] in publication.toml.'
)
WITH_VIOLATIONS: Final = 'To publish all the same, write violations = "report" under [validation] in publication.toml.'

#: Constraint component → (its parameter, cure in English, cure in French).
_CURES: Final[dict[str, tuple[str, str, str]]] = {
    "MinCount": (
        "minCount",
        "Add values of {path} until there are at least {expected}.",
        "Ajoutez des valeurs de {path} jusqu'à {expected} au moins.",
    ),
    "MaxCount": (
        "maxCount",
        "Remove values of {path} until at most {expected} remain, or split the node.",
        "Retirez des valeurs de {path} pour n'en garder que {expected} au plus, ou séparez le nœud en plusieurs.",
    ),
    "Datatype": (
        "datatype",
        "Write the value as a valid {expected}.",
        "Écrivez la valeur comme {expected} valide.",
    ),
    "Class": (
        "class",
        "State that the value is of class {expected}, or refer to a thing that is.",
        "Déclarez la valeur de la classe {expected}, ou désignez une ressource qui en est.",
    ),
    "NodeKind": (
        "nodeKind",
        "Use a value of the kind {expected}.",
        "Employez une valeur de la sorte {expected}.",
    ),
    "Pattern": (
        "pattern",
        "Write the value so that it matches {expected}.",
        "Écrivez la valeur de sorte qu'elle suive le motif {expected}.",
    ),
    "MinLength": ("minLength", "Write at least {expected} characters.", "Écrivez au moins {expected} caractères."),
    "MaxLength": ("maxLength", "Write at most {expected} characters.", "Écrivez au plus {expected} caractères."),
    "UniqueLang": (
        "uniqueLang",
        "Keep one value of {path} a language; move the others to alternative labels.",
        "Gardez une valeur de {path} par langue ; faites des autres des libellés alternatifs.",
    ),
    "LanguageIn": (
        "languageIn",
        "Tag the value with one of the languages {expected}.",
        "Marquez la valeur d'une des langues {expected}.",
    ),
    "In": ("in", "Use one of {expected}.", "Employez une des valeurs {expected}."),
    "HasValue": ("hasValue", "Add the value {expected}.", "Ajoutez la valeur {expected}."),
    "Closed": (
        "ignoredProperties",
        "Remove the property, or add it to the shape if it is meant to be there.",
        "Retirez la propriété, ou ajoutez-la à la forme si elle y a sa place.",
    ),
    "Disjoint": (
        "disjoint",
        "Remove the value from {path} or from {expected}: they may share none.",
        "Retirez la valeur de {path} ou de {expected} : elles n'en partagent aucune.",
    ),
    "Equals": (
        "equals",
        "Give {path} and {expected} the same values.",
        "Donnez les mêmes valeurs à {path} et à {expected}.",
    ),
    "LessThan": (
        "lessThan",
        "Correct one of the two: {path} must come before {expected}.",
        "Corrigez l'une des deux : {path} doit précéder {expected}.",
    ),
    "LessThanOrEquals": (
        "lessThanOrEquals",
        "Correct one of the two: {path} must not come after {expected}.",
        "Corrigez l'une des deux : {path} ne doit pas suivre {expected}.",
    ),
    "MinInclusive": (
        "minInclusive",
        "Use a value of {expected} or more.",
        "Employez une valeur d'au moins {expected}.",
    ),
    "MinExclusive": ("minExclusive", "Use a value above {expected}.", "Employez une valeur supérieure à {expected}."),
    "MaxInclusive": ("maxInclusive", "Use a value of {expected} or less.", "Employez une valeur d'au plus {expected}."),
    "MaxExclusive": ("maxExclusive", "Use a value below {expected}.", "Employez une valeur inférieure à {expected}."),
    "QualifiedMinCount": (
        "qualifiedMinCount",
        "Add values of {path} until {expected} of them have the form that the shape describes.",
        "Ajoutez des valeurs de {path} jusqu'à en avoir {expected} de la forme décrite.",
    ),
    "QualifiedMaxCount": (
        "qualifiedMaxCount",
        "Remove values of {path} of the form that the shape describes until at most {expected} remain.",
        "Retirez des valeurs de {path} de la forme décrite pour n'en garder que {expected} au plus.",
    ),
    "Not": (
        "not",
        "Remove what makes the node have the form that the shape excludes.",
        "Retirez ce qui donne au nœud la forme que la règle exclut.",
    ),
    "Or": ("or", "Meet one of the alternatives of the shape.", "Satisfaites à l'une des possibilités de la forme."),
    "Xone": ("xone", "Meet exactly one of the alternatives.", "Satisfaites à une seule des possibilités."),
    "And": ("and", "Meet all parts of the shape.", "Satisfaites à toutes les parties de la forme."),
    "Node": (
        "node",
        "Give the value what the shape {expected} asks for.",
        "Donnez à la valeur ce que demande la forme {expected}.",
    ),
}


def component_name(iri: str) -> str:
    """The short name of a constraint component.

    >>> component_name("http://www.w3.org/ns/shacl#MinCountConstraintComponent")
    'MinCount'
    """
    return iri.rpartition("#")[2].rpartition("/")[2].removesuffix("ConstraintComponent")


def parameter(component: str) -> str | None:
    """The local name of the parameter that says what `component` expects, or None outside SHACL's core."""
    entry = _CURES.get(component)
    return entry[0] if entry else None


def cure(component: str, path: str, expected: str) -> dict[str, str]:
    """The cure sentence per language; empty for a component that is not of SHACL's core.

    >>> cure("MinCount", "rdfs:label", "1")["en"]
    'Add values of rdfs:label until there are at least 1.'
    """
    entry = _CURES.get(component)
    if entry is None:
        return {}
    values = {"path": path or "the node", "expected": expected or "…"}
    french = {"path": path or "ce nœud", "expected": expected or "…"}
    return {"en": entry[1].format_map(values), "fr": entry[2].format_map(french)}

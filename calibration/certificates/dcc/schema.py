"""A certificate against PTB's schema of its version, where a laboratory has the schemas.

The schemas are PTB's and not part of this project. A folder has ``dcc/v3.3.0/dcc.xsd`` and so on with imports
that resolve inside it. Nothing is fetched: neither what the document names nor what a schema imports.
"""

import copy
import functools
from collections.abc import Iterable
from pathlib import Path
from typing import cast

from lxml import etree

from calibration.certificates.dcc.document import DCC, SIGNATURE, VERSIONS, Document

_MOST_ERRORS = 20
_SIGNED_FROM = "3.2.0"
"""The first version whose schema has a place for a signature."""


def check_schema(document: Document, schema_dir: Path) -> None:
    """Note every place where the document differs from the schema of its version.

    Args:
        document: to be checked; findings go to it.
        schema_dir: the folder that has ``dcc/vX.Y.Z/dcc.xsd``.
    """
    findings = document.findings
    version = document.version if document.version in VERSIONS else VERSIONS[-1]
    schema = _schema(schema_dir / "dcc" / f"v{version}" / "dcc.xsd")
    if schema is None:
        findings.warn(
            "//",
            "not compared with a schema: {schema_dir} has no usable one for version {version}",
            schema_dir=schema_dir,
            version=version,
        )
        return
    root = copy.deepcopy(document.root)
    if version < _SIGNED_FROM and root.find(SIGNATURE) is not None:
        findings.note(
            "//",
            "signed, though version {version} has no place for a signature; read without it",
            version=version,
        )
        for signature in root.findall(SIGNATURE):
            root.remove(signature)
    for formula in list(root.iter(f"{DCC}mathml")):  # its content has a schema of its own, of the W3C
        formula.tag = f"{DCC}latex"
        for child in list(formula):
            formula.remove(child)
        formula.text = "(MathML)"
    root.set("schemaVersion", version)
    try:
        valid = schema.validate(root)
    except etree.XMLSchemaValidateError as error:
        findings.error("//", "cannot be compared with the schema: {error}", error=error)
        return
    if not valid:
        entries = list(cast(Iterable[etree._LogEntry], schema.error_log))  # noqa: SLF001
        for entry in entries[:_MOST_ERRORS]:
            findings.error(
                _path(entry),
                "not by the schema of DCC {version}: {message}",
                version=version,
                message=_plain(entry.message),
            )
        if len(entries) > _MOST_ERRORS:
            findings.error(
                "//", "and {count} more places that differ from the schema", count=len(entries) - _MOST_ERRORS
            )


def _path(entry: etree._LogEntry) -> str:
    steps = (entry.path or "").split("/")[2:]
    return f"//{'/'.join(steps)} (line {entry.line})"


def _plain(message: str) -> str:
    return message.replace("{https://ptb.de/dcc}", "dcc:").replace("{https://ptb.de/si}", "si:").strip()[:300]


@functools.cache
def _schema(path: Path) -> etree.XMLSchema | None:
    """Compiled once; the files of a version do not change."""
    parser = etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False)
    try:
        return etree.XMLSchema(etree.parse(str(path), parser))
    except (OSError, etree.XMLSyntaxError, etree.XMLSchemaParseError):
        return None

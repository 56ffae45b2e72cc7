"""The sentence of an error in the reader's language, on a page or at the console."""

from collections.abc import Mapping

from calibration.errors import CalibrationError, CertificateError
from calibration.sentences import Sentence, sentence_of
from daq.errors import HengliangError, ResultBlockedError, SettingsError, StepRefusedError
from daq.i18n.speech import Speech


def error_text(error: Exception, speech: Speech) -> str:
    """The sentence of an error; in English where it can be said in no other language."""
    if isinstance(error, StepRefusedError | ResultBlockedError):
        return "\n".join(_said(message, facts, speech) for message, facts in error.reasons)
    if isinstance(error, CertificateError | SettingsError):
        return "\n".join(speech.sentence(mistake) for mistake in error.mistakes)
    if isinstance(error, CalibrationError):
        return speech.sentence(sentence_of(error))
    if isinstance(error, HengliangError):
        return _said(error.template, error.facts, speech) or type(error).__name__
    return speech.whole(str(error)) if str(error) else type(error).__name__


def _said(message: str, facts: Mapping[str, object], speech: Speech) -> str:
    if isinstance(message, Sentence):
        return speech.sentence(message)
    if not facts:
        return speech.whole(message)
    told = {place: speech.sentence(fact) if isinstance(fact, str) else fact for place, fact in facts.items()}
    return speech.say(message, **told)

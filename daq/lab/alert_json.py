"""Alerts for other programs: everything that is known, and what happened in both languages."""

from dataclasses import asdict
from typing import Any

from daq.i18n.speech import Speech
from daq.lab.alert_words import AlertWords
from daq.lab.alerts import AlertDetail, Listed
from daq.records.alerts import Alert
from daq.settings import Settings


class AlertJson:
    """Turns a site's alerts into JSON."""

    def __init__(self, settings: Settings) -> None:
        zone = settings.site.timezone
        self._words = {
            "zh": AlertWords(Speech("zh_CN", zone), settings),
            "en": AlertWords(Speech("en", zone), settings),
        }

    def listed(self, listed: Listed) -> dict[str, Any]:
        """One alert in a list."""
        found = self._alert(listed.alert)
        return {**found, "shelved_until_ns": listed.shelved_until_ns, "dependants": listed.dependants}

    def detail(self, detail: AlertDetail) -> dict[str, Any]:
        """One alert with all that happened."""
        return {
            **self._alert(detail.alert),
            "shelved_until_ns": detail.shelved_until_ns,
            "events": [asdict(event) for event in detail.events],
            "acts": [asdict(act) for act in detail.acts],
            "messages": [asdict(sent) for sent in detail.messages],
            "dependants": [alert.id for alert in detail.dependants],
        }

    def _alert(self, alert: Alert) -> dict[str, Any]:
        said = {f"what_{language}": words.what(alert) for language, words in self._words.items()}
        return {**asdict(alert), "state": alert.state, **said}

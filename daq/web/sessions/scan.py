"""A camera reads the code on a sample's label, where the browser can do that by itself."""

from nicegui import ui

from daq.web.frame import box
from daq.web.words import Words

CAN_SCAN = "return 'BarcodeDetector' in window && !!navigator.mediaDevices"
"""Chromium on tablets can, from this machine or over https; a browser that cannot shows no button."""
SCAN = """
const video = document.getElementById("%s");
const stream = await navigator.mediaDevices.getUserMedia({video: {facingMode: "environment"}});
try {
  video.srcObject = stream;
  await video.play();
  const detector = new BarcodeDetector();
  while (video.isConnected) {
    const found = await detector.detect(video);
    if (found.length) return found[0].rawValue;
    await new Promise(resolve => setTimeout(resolve, 150));
  }
  return "";
} finally {
  stream.getTracks().forEach(track => track.stop());
}
"""
PATIENCE_S = 120.0


def camera_button(field: ui.input, words: Words) -> None:
    """A button that fills ``field`` with what the camera reads, for browsers that can."""

    async def scan() -> None:
        with ui.dialog() as dialog, ui.card().classes("ask"):
            ui.label(words.say("Hold the code before the camera")).classes("caption")
            video = ui.element("video").props("playsinline muted").classes("camera")
            with box("buttons"):
                ui.button(words.say("Cancel"), on_click=dialog.close).props("flat no-caps")
        dialog.on("hide", dialog.delete)
        dialog.open()
        try:
            found = await ui.run_javascript(SCAN % video.html_id, timeout=PATIENCE_S)
        except TimeoutError:
            found = ""  # nobody held a code before it
        if not dialog.is_deleted:
            dialog.close()
        if found:
            field.value = str(found)

    button = ui.button(words.say("Scan with the camera"), on_click=scan).props("outline no-caps")
    button.set_visibility(False)

    async def look() -> None:
        try:
            button.set_visibility(bool(await ui.run_javascript(CAN_SCAN, timeout=5.0)))
        except TimeoutError:
            return  # the page was left

    ui.timer(0.1, look, once=True)

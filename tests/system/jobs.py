# SPDX-License-Identifier: MIT
"""Job descriptions, as short as a test needs them."""
import json
from pathlib import Path

FAST = {"Preset": "ultrafast", "Gop": "1s"}
DOCUMENT = {
    "https://<Bucket>.<Public Endpoint>/<Video1 Chinese>": "chinese",
    "https://<Bucket>.<Public Endpoint>/<Video1 English>": "english",
    "https://<Bucket>.<Public Endpoint>/<Video1 Japanese>": "japanese",
    "https://<Bucket>.<Public Endpoint>/<URI>/": "base",
}


def scenario(number, **addresses):
    """The document's scenario as printed, but for its addresses."""
    text = (Path(__file__).parent / "jobs" / f"scenario{number}.json").read_text("utf-8")
    for printed, name in DOCUMENT.items():
        assert printed in text
        text = text.replace(printed, str(addresses[name]))
    return text


def media(path):
    return {"Type": "OSS", "Media": str(path)}


def source(name, path, *selectors):
    made = {"Name": name, "InputFile": media(path)}
    if selectors:
        made["AudioSelector"] = list(selectors)
    return made


def by_tag(name, language):
    return {"Name": name, "Rule": "tag", "TagConfig": {"language": language}}


def audio(ref, language=None, control=None, **more):
    """A track; a language alone means LanguageControl Configured."""
    made = {"InputRef": ref, **more}
    if language is not None:
        made["Language"] = language
    if control or language is not None:
        made["LanguageControl"] = control or "Configured"
    return made


def output(name, audios=None, template="Video-360P", video=None, **params):
    """An output whose file is called as the output; encodes fast unless `video` says otherwise."""
    override = {"Video": {**FAST, **(video or {})}, **params}
    if audios is not None:
        override["Audios"] = audios
    return {"Name": name, "OutputFileName": name, "TemplateId": template,
            "OverrideParams": override}


def sound_only(name, audios, **params):
    """An output without a picture: quick, for tests of tracks and tags."""
    return {**output(name, audios), "OverrideParams":
            {"Video": {"Remove": True}, "Audios": audios, **params}}


def job(inputs, outputs, base="out"):
    """Inputs as {name: path} or as a list of source(); outputs as a list of output()."""
    if isinstance(inputs, dict):
        inputs = [source(name, path) for name, path in inputs.items()]
    return {"Inputs": inputs, "OutputGroups": [{
        "GroupConfig": {"Type": "File", "OutputFileBase": media(f"{base}/")},
        "Outputs": outputs}]}


def dumps(made):
    return made if isinstance(made, str) else json.dumps(made, indent=1)

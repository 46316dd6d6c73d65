"""Light Rasa says what Rasa says, holds no TensorFlow, and is plain about what it leaves out."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import rasa
from ruamel.yaml import YAML

from bot.light_rasa import (
    COMPONENTS,
    LEFT_OUT,
    LEFT_OUT_OF_RUN,
    UNINSTALLED,
    LeftOutFinder,
    LeftOutModule,
    LightRasaError,
)
from bot.settings import PROJECT_DIR, load_settings
from bot.training import language_models

EXAMPLES = {
    "greet": "hi, hello, hey there, good morning, good evening, hello clinic",
    "ask_recovery_time": "how long is recovery, what is the downtime, when am I healed, how long will I look red",
    "ask_price": "how much is it, what does it cost, price please, what do you charge for a session",
    "report_reaction": "my face is swollen, I have a rash since the treatment, it burns a lot, my skin is very red",
    "out_of_scope": "tell me a joke, what is the weather, who won the match, write me a poem",
}
INTENTS = [*EXAMPLES, "nlu_fallback"]
SCRIPT = ("-m", "tests.support.light_or_whole")
LIGHT_MODEL, WHOLE_MODEL = "models/light.tar.gz", "models/whole.tar.gz"

pytestmark = pytest.mark.timeout(300)  # whole Rasa takes its time


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small project that uses what the real one uses."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "config.yml").write_bytes((PROJECT_DIR / "config.yml").read_bytes())
    nlu = [
        {"intent": intent, "examples": "- " + texts.replace(", ", "\n- ")} for intent, texts in EXAMPLES.items()
    ]
    turns = {intent: [{"intent": intent}, {"action": f"utter_{intent}"}] for intent in INTENTS}
    said = {"hello": "greet", "how much is it": "ask_price", "price please": "ask_recovery_time"}
    tested = [
        {"story": text, "steps": [{"user": text, "intent": intent}, {"action": f"utter_{intent}"}]}
        for text, intent in said.items()
    ]
    domain = {
        "intents": INTENTS,
        "actions": ["action_clarify_question"],
        "responses": {f"utter_{intent}": [{"text": f"About {intent}."}] for intent in INTENTS},
    }
    write(folder / "domain.yml", domain)
    write(folder / "data" / "nlu.yml", {"nlu": nlu})
    write(folder / "data" / "stories.yml", {"stories": [{"story": "greeting", "steps": turns.pop("greet")}]})
    write(
        folder / "data" / "rules.yml",
        {"rules": [{"rule": name, "steps": steps} for name, steps in turns.items()]},
    )
    write(folder / "stories" / "test_stories.yml", {"stories": tested})
    return folder


def write(file: Path, content: dict[str, Any]) -> None:
    file.parent.mkdir(exist_ok=True)
    YAML().dump({"version": "3.1", **content}, file)


@pytest.fixture(scope="module")
def told(project: Path) -> dict[str, Any]:
    """What light and whole Rasa answer, each with the model that it trained and with the other's."""
    models = (LIGHT_MODEL, WHOLE_MODEL)
    training = start(project, *SCRIPT, "train_and_test", "light")
    whole = start(project, *SCRIPT, "train_test_and_ask", "whole", *models, light=False)
    output(training)
    answers = {"whole": output(whole), "light": output(start(project, *SCRIPT, "ask", *models))}
    return {kind: json.loads(printed.splitlines()[-1]) for kind, printed in answers.items()}


def start(project: Path, *arguments: str, light: bool = True) -> subprocess.Popen[str]:
    """A process in the project's folder, with the environment that the assistant's processes have."""
    environment = language_models(load_settings(light_rasa=light))
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=project,
        env={**environment, "RASA_CACHE_DIRECTORY": str(project / f"cache-{light}")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def output(process: subprocess.Popen[str]) -> str:
    """What the process printed; it must succeed."""
    printed, _ = process.communicate("go on\n")
    assert process.returncode == 0, printed[-3000:]
    return printed


@pytest.mark.parametrize("model", [LIGHT_MODEL, WHOLE_MODEL])
def test_light_and_whole_rasa_answer_alike_whoever_trained(told: dict[str, Any], model: str) -> None:
    expected = told["whole"]["answers"][WHOLE_MODEL]
    intents = [answer["parsed"]["intent"]["name"] for answer in expected]
    assert {"greet", "ask_price", "report_reaction"} <= set(intents)
    for kind in ("light", "whole"):
        assert told[kind]["answers"][model] == alike(expected)


def alike(value: Any) -> Any:
    """The same with its numbers compared to 1e-6."""
    if isinstance(value, dict):
        return {key: alike(part) for key, part in value.items()}
    if isinstance(value, list):
        return [alike(part) for part in value]
    return pytest.approx(value, abs=1e-6) if isinstance(value, float) else value


@pytest.mark.parametrize("name", ["intent_report.json", "story_report.json"])
def test_rasa_test_reports_the_same_numbers(project: Path, told: dict[str, Any], name: str) -> None:
    assert report(project, "light", name) == alike(report(project, "whole", name))


def test_rasa_test_finds_the_one_wrong_story(project: Path, told: dict[str, Any]) -> None:
    stories = report(project, "light", "story_report.json")["conversation_accuracy"]
    assert (stories["correct"], stories["total"]) == (2, 3)


def report(project: Path, kind: str, name: str) -> dict[str, Any]:
    content = json.loads((project / "results" / kind / name).read_text(encoding="utf-8"))
    assert isinstance(content, dict)
    return content


def test_light_rasa_answers_without_the_packages_that_whole_rasa_has(told: dict[str, Any]) -> None:
    left_out = {"tensorflow", "keras", "h5py"}
    assert left_out <= set(told["whole"]["packages"])
    assert not left_out & set(told["light"]["packages"])


def test_component_that_is_not_registered_is_an_error_that_names_the_switch(project: Path) -> None:
    config = YAML().load(project / "config.yml")
    config["pipeline"].append({"name": "DIETClassifier"})
    YAML().dump(config, project / "other_config.yml")
    training = start(project, "-m", "bot.light_rasa", "train", "--config", "other_config.yml")
    printed, _ = training.communicate()
    assert training.returncode == 1
    assert "'DIETClassifier'" in printed and "LIGHT_RASA=false" in printed and "Traceback" not in printed


def test_every_component_of_rasa_in_the_configuration_is_registered() -> None:
    config = YAML().load(PROJECT_DIR / "config.yml")
    named = [part["name"] for part in (*config["pipeline"], *config["policies"])]
    assert {name for name in named if "." not in name} <= set(COMPONENTS)


@pytest.mark.parametrize("name", [*UNINSTALLED, *LEFT_OUT, *LEFT_OUT_OF_RUN])
def test_what_is_left_out_would_be_there(name: str) -> None:
    if name.startswith("rasa."):  # to look for it in Python's way would import what stands above it
        assert (Path(rasa.__file__).parent.parent / f"{name.replace('.', '/')}.py").exists()
    else:
        assert importlib.util.find_spec(name.partition(".")[0]) is not None


def test_uninstalled_module_cannot_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "h5py"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [LeftOutFinder(UNINSTALLED), *sys.meta_path])
    with pytest.raises(ModuleNotFoundError, match="LIGHT_RASA=false"):
        importlib.import_module("h5py")


def test_stand_in_can_be_named_and_inherited_from_and_caught() -> None:
    stand_in = LeftOutModule("pymongo.errors").ConnectionFailure

    class Worse(stand_in):  # type: ignore[misc, valid-type]
        """As classes do that are made while Rasa is imported."""

    assert stand_in | None and list[Worse]
    with pytest.raises(ValueError, match="another"):
        try:
            raise ValueError("another")
        except (stand_in, Worse):
            pytest.fail("caught")


@pytest.mark.parametrize("use", [lambda it: it(), lambda it: it.connect, lambda it: type("Ours", (it,), {})()])
def test_stand_in_that_is_used_names_the_switch(use: Any) -> None:
    stand_in = LeftOutModule("pymongo.collection").Collection
    with pytest.raises(LightRasaError, match=r"pymongo\.collection\.Collection.*MongoDB.*LIGHT_RASA=false"):
        use(stand_in)


def test_channel_that_is_left_out_keeps_its_name_and_names_the_switch() -> None:
    channel = LeftOutModule("rasa.core.channels.telegram").TelegramInput
    assert channel.name() == "telegram"
    with pytest.raises(LightRasaError, match="not one of our channels.*LIGHT_RASA=false"):
        channel.from_credentials({})

"""Tests work in a folder of their own: nothing of a training that runs here is read or written."""

import pytest

import picturebook.loop
import picturebook.tokenizer


@pytest.fixture(autouse=True)
def own_work_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(picturebook.loop, "WORK", tmp_path)


@pytest.fixture(scope="session", autouse=True)
def own_tokenizer(tmp_path_factory):
    picturebook.tokenizer.PATH = tmp_path_factory.mktemp("tokenizer") / "text.tokenizer.json"
    picturebook.tokenizer.load_tokenizer.cache_clear()

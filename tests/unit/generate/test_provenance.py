"""What files of each tool say about how they were made, and what a hostile one is refused."""

import gzip
import json
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from tests.saved_by_comfyui import EXTRA, GRAPH, MODEL, NEGATIVE, PROMPT, SAVERS, SEED, save_png

from circletake.domain.provenance import Provenance
from circletake.media.marks.field import LARGEST_FIELD_BYTES, MOST_FIELDS
from circletake.media.marks.read import read_marks
from circletake.workflows.calls.provenance import read_file

_SIDE = 256
FIXTURES = os.environ.get("CIRCLETAKE_SD_PARSERS", "")


def known_of(path: Path) -> Provenance:
    return read_file(path)[0]


def png(path: Path, texts: dict[str, str], *, alpha: np.ndarray | None = None) -> Path:
    """A PNG with text chunks."""
    info = PngInfo()
    for key, text in texts.items():
        info.add_text(key, text)
    picture = np.full((_SIDE, _SIDE, 4 if alpha is not None else 3), 255, np.uint8)
    if alpha is not None:
        picture[:, :, 3] = alpha
    Image.fromarray(picture).save(path, pnginfo=info)
    return path


def chunks(path: Path, *parts: tuple[bytes, bytes]) -> Path:
    """A PNG of one pixel with chunks of one's own before the end."""
    Image.new("RGB", (1, 1)).save(path)
    data = path.read_bytes()
    end = data.rindex(b"IEND") - 4
    made = b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in parts
    )
    path.write_bytes(data[:end] + made + data[end:])
    return path


# ComfyUI


@pytest.mark.parametrize("name", SAVERS)
def test_what_comfyui_saves_says_prompt_seed_and_model(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    SAVERS[name](path, GRAPH, {**EXTRA, "circletake": {"take": "k_1"}})
    known, graphs = read_file(path)
    assert known.found("tool") == ("ComfyUI",)
    assert known.found("prompt") == (PROMPT,)
    assert known.found("negative") == (NEGATIVE,)
    assert known.found("seed") == (str(SEED),)
    assert known.found("model") == (MODEL,)
    assert known.found("sampler") == ("euler",)
    assert known.found("steps") == ("20",)
    assert known.found("input") == ("SH010_first.png",)
    assert known.found("hint") == ('{"take": "k_1"}',)
    assert known.found("workflow") == tuple(graphs)
    assert {one.trust for one in known.facts} == {"embedded"}
    assert known.refused == ()


def test_a_graph_is_the_same_in_whichever_file_it_stands(tmp_path: Path) -> None:
    found = set()
    for name, save in SAVERS.items():
        save(tmp_path / name, GRAPH, EXTRA)
        found.add(known_of(tmp_path / name).found("workflow"))
    assert len(found) == 1


def graphed(tmp_path: Path, graph: object) -> Provenance:
    save_png(tmp_path / "a.png", graph, {})
    return known_of(tmp_path / "a.png")


def test_a_graph_without_a_sampler_that_is_known_is_read_by_what_its_nodes_are_set_to(
    tmp_path: Path,
) -> None:
    known = graphed(
        tmp_path,
        {
            "1": {
                "class_type": "SomeHostedVideoNode",
                "inputs": {"prompt": "a boat", "negative_prompt": "fog", "seed": 5, "model_name": "v3"},
            },
            "2": {"class_type": "SaveVideo", "inputs": {"video": ["1", 0]}},
        },
    )
    assert [known.found(what) for what in ("prompt", "negative", "seed", "model")] == [
        ("a boat",),
        ("fog",),
        ("5",),
        ("v3",),
    ]


def test_seed_guider_and_text_are_found_behind_links(tmp_path: Path) -> None:
    known = graphed(
        tmp_path,
        {
            "n": {"class_type": "RandomNoise", "inputs": {"noise_seed": ["p", 0]}},
            "p": {"class_type": "PrimitiveInt", "inputs": {"value": 42}},
            "t": {"class_type": "CLIPTextEncodeFlux", "inputs": {"clip_l": "", "t5xxl": ["s", 0]}},
            "s": {"class_type": "StringJoin", "inputs": {"string": "a red door"}},
            "g": {"class_type": "BasicGuider", "inputs": {"conditioning": ["t", 0], "model": ["m", 0]}},
            "m": {"class_type": "UNETLoader", "inputs": {"unet_name": "flux.safetensors"}},
            "k": {"class_type": "SamplerCustomAdvanced", "inputs": {"noise": ["n", 0], "guider": ["g", 0]}},
            "o": {"class_type": "SaveImage", "inputs": {"images": ["k", 0]}},
        },
    )
    assert known.found("seed") == ("42",)
    assert known.found("prompt") == ("a red door",)
    assert known.found("model") == ("flux.safetensors",)


def test_what_saves_nothing_is_not_what_was_made(tmp_path: Path) -> None:
    """A node that leads nowhere is an end of its own, and is listed where nobody knows its class."""
    known = graphed(tmp_path, {**GRAPH, "99": {"class_type": "Strange", "inputs": {"images": ["9", 0]}}})
    assert known.found("not understood") == ("Strange",)
    assert [one.trust for one in known.facts if one.what == "not understood"] == ["inferred"]


def test_text_that_no_condition_leads_to_is_an_inference(tmp_path: Path) -> None:
    known = graphed(
        tmp_path,
        {
            "1": {"class_type": "StrangeTextEncode", "inputs": {"text": "a barn"}},
            "2": {"class_type": "Make", "inputs": {"words": ["1", 0]}},
        },
    )
    assert [(one.value, one.trust) for one in known.facts if one.what == "prompt"] == [("a barn", "inferred")]


def test_a_graph_in_a_circle_is_refused(tmp_path: Path) -> None:
    known = graphed(
        tmp_path,
        {
            "1": {"class_type": "A", "inputs": {"a": ["2", 0]}},
            "2": {"class_type": "B", "inputs": {"b": ["1", 0]}},
        },
    )
    assert known.is_unknown
    assert known.refused == (
        "The workflow goes round in a circle at node 1; it cannot have run; it was not read.",
    )


def test_a_number_that_is_none_leaves_the_rest(tmp_path: Path) -> None:
    graph = {**GRAPH, "11": {"class_type": "SaveImage", "inputs": {"images": ["9", 0], "x": float("nan")}}}
    known = graphed(tmp_path, graph)
    assert known.found("workflow") == ()
    assert known.found("seed") == (str(SEED),)
    assert "nan" in known.refused[0]


# others

A1111 = (
    "photo of a duck, (blue:1.2)\nsecond line\nNegative prompt: monochrome\nSteps: 15, Sampler: UniPC, "
    'CFG scale: 5, Seed: 235284042, Size: 512x512, Model hash: e0b8, Model: real_v20, Lora hashes: "ink: 1a, '
    'fog: 2b", Version: v1.9.4'
)


def said(known: Provenance) -> list[tuple[str, ...]]:
    return [known.found(what) for what in ("tool", "prompt", "negative", "seed", "model")]


DUCK = [
    ("Stable Diffusion web UI v1.9.4",),
    ("photo of a duck, (blue:1.2)\nsecond line",),
    ("monochrome",),
    ("235284042",),
    ("real_v20",),
]


def test_a1111_in_text(tmp_path: Path) -> None:
    known = known_of(png(tmp_path / "a.png", {"parameters": A1111}))
    assert said(known) == DUCK
    assert known.found("lora") == ("ink", "fog")
    forge = known_of(png(tmp_path / "b.png", {"parameters": A1111.replace("v1.9.4", "f2.0.1")}))
    assert forge.found("tool") == ("Stable Diffusion WebUI Forge f2.0.1",)


@pytest.mark.parametrize("order", ["utf-16-be", "utf-16-le"])
@pytest.mark.parametrize("form", ["JPEG", "WEBP"])
def test_a1111_in_exif(tmp_path: Path, form: str, order: str) -> None:
    picture = Image.new("RGB", (8, 8))
    exif = picture.getexif()
    exif[0x8769] = {0x9286: b"UNICODE\0" + A1111.encode(order)}
    picture.save(tmp_path / "a", form, exif=exif)
    assert said(known_of(tmp_path / "a")) == DUCK


def hidden(text: str, *, name: bytes = b"stealth_pngcomp") -> np.ndarray:
    """Alpha with text in its lowest bits, column by column."""
    data = gzip.compress(text.encode()) if name.endswith(b"comp") else text.encode()
    bits = np.unpackbits(np.frombuffer(name + struct.pack(">I", len(data) * 8) + data, np.uint8))
    alpha = np.full(_SIDE * _SIDE, 254, np.uint8)
    alpha[: len(bits)] |= bits
    return alpha.reshape(_SIDE, _SIDE).T


NOVEL = {
    "Description": "cat, space",
    "Source": "NovelAI Diffusion V4 37442FCA",
    "Software": "NovelAI",
    "Comment": json.dumps({"uc": "lowres", "seed": 9, "sampler": "k_euler", "steps": 28, "scale": 5.0}),
}
CAT = [("NovelAI",), ("cat, space",), ("lowres",), ("9",), ("NovelAI Diffusion V4 37442FCA",)]


def test_novelai_in_the_open_and_hidden_in_alpha(tmp_path: Path) -> None:
    assert said(known_of(png(tmp_path / "a.png", NOVEL))) == CAT
    assert said(known_of(png(tmp_path / "b.png", {}, alpha=hidden(json.dumps(NOVEL))))) == CAT
    bare = hidden(A1111, name=b"stealth_pnginfo")
    assert said(known_of(png(tmp_path / "c.png", {}, alpha=bare))) == DUCK


def test_a_bomb_hidden_in_alpha_is_refused(tmp_path: Path) -> None:
    known = known_of(png(tmp_path / "a.png", {}, alpha=hidden("0" * (LARGEST_FIELD_BYTES + 1))))
    assert known.is_unknown
    assert known.refused == ("Text hidden in alpha is damaged or unpacks to over 4 MiB; it was not read.",)


FOOOCUS = {
    "prompt": "a smiling goldfish",
    "negative_prompt": "",
    "seed": "69524115112469",
    "base_model": "juggernautXL",
    "base_model_hash": "aeb7",
    "sampler": "dpmpp",
    "loras": [["ink", 0.4, "1a"]],
    "version": "Fooocus v2.4.3",
}
SWARM = {
    "sui_image_params": {
        "prompt": "a hill",
        "negativeprompt": "fog",
        "seed": 3,
        "model": "flux",
        "swarm_version": "0.9.5",
        "loras": ["ink"],
    }
}
INVOKE = {
    "app_version": "5.0.2",
    "positive_prompt": "oil painting",
    "negative_prompt": "grainy",
    "seed": 3293022630,
    "scheduler": "euler",
    "model": {"name": "juggernautXL", "key": "x"},
    "loras": [{"model": {"name": "ink"}, "weight": 1}],
}
SD_METADATA = {
    "app_version": "2.3.0",
    "model_weights": "deliberate",
    "image": {
        "prompt": [{"prompt": "a woman [glow] [skinny,]", "weight": 1}],
        "seed": 298,
        "sampler": "k_lms",
    },
}


@pytest.mark.parametrize(
    ("key", "text", "expected"),
    [
        (
            "parameters",
            json.dumps(FOOOCUS),
            [("Fooocus v2.4.3",), ("a smiling goldfish",), (), ("69524115112469",), ("juggernautXL",)],
        ),
        (
            "parameters",
            json.dumps(SWARM),
            [("SwarmUI 0.9.5",), ("a hill",), ("fog",), ("3",), ("flux",)],
        ),
        (
            "invokeai_metadata",
            json.dumps(INVOKE),
            [("InvokeAI 5.0.2",), ("oil painting",), ("grainy",), ("3293022630",), ("juggernautXL",)],
        ),
        (
            "sd-metadata",
            json.dumps(SD_METADATA),
            [("InvokeAI 2.3.0",), ("a woman",), ("glow, skinny",), ("298",), ("deliberate",)],
        ),
        (
            "Dream",
            '"a fox [blurry]" -s 50 -S 77 -W 512 -H 512 -C 7.5 -A k_lms',
            [("InvokeAI",), ("a fox",), ("blurry",), ("77",), ()],
        ),
    ],
)
def test_others(tmp_path: Path, key: str, text: str, expected: list[tuple[str, ...]]) -> None:
    assert said(known_of(png(tmp_path / "a.png", {key: text}))) == expected


@pytest.mark.parametrize(
    "written",
    [
        'Iptc4xmpExt:DigitalSourceType="{}"',
        "<Iptc4xmpExt:DigitalSourceType>{}</Iptc4xmpExt:DigitalSourceType>",
        '<Iptc4xmpExt:DigitalSourceType rdf:resource="{}"/>',
    ],
)
def test_iptc_says_which_kind_of_source_it_is(tmp_path: Path, written: str) -> None:
    term = written.format("http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia")
    packet = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:Description {term}/></x:xmpmeta>".encode()
    Image.new("RGB", (8, 8)).save(tmp_path / "a.jpg", xmp=packet)
    Image.new("RGB", (8, 8)).save(tmp_path / "a.webp", xmp=packet)
    chunks(tmp_path / "a.png", (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + packet))
    for name in ("a.jpg", "a.webp", "a.png"):
        assert known_of(tmp_path / name).found("source type") == ("trainedAlgorithmicMedia",)


# nothing, and worse than nothing


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe1", b"RIFF\4\0\0\0WEBP"]
)
def test_what_is_no_media_or_cut_short_is_unknown(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a").write_bytes(data)
    assert known_of(tmp_path / "a").is_unknown


def test_a_plain_picture_is_unknown_and_nothing_was_refused(tmp_path: Path) -> None:
    known = known_of(png(tmp_path / "a.png", {}))
    assert known.is_unknown
    assert known.refused == ()


def test_a_chunk_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    bomb = zlib.compress(b"0" * (200 << 20), 9)
    path = chunks(tmp_path / "a.png", (b"zTXt", b"parameters\0\0" + bomb))
    assert known_of(path).refused == (
        "PNG text “parameters” is damaged or unpacks to over 4 MiB; it was not read.",
    )


def test_chunks_that_are_too_large_or_too_many_are_refused(tmp_path: Path) -> None:
    large = chunks(tmp_path / "a.png", (b"tEXt", b"prompt\0" + b"x" * LARGEST_FIELD_BYTES))
    assert read_marks(large).refused == ["A PNG chunk tEXt is larger than 4 MiB; it was not read."]
    many = chunks(tmp_path / "b.png", *[(b"tEXt", b"k\0v")] * (MOST_FIELDS + 1))
    assert len(read_marks(many).fields) == MOST_FIELDS
    assert len(read_marks(many).refused) == 1


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"a":' * 100 + "1" + "}" * 100, "is nested deeper than 64"),
        ('{"1": {"class_type": "A", "inputs": ', "is not JSON"),
        ('{"1": ' + "9" * 5000 + "}", "is not JSON"),
    ],
)
def test_json_that_is_too_deep_or_broken_is_refused(tmp_path: Path, text: str, why: str) -> None:
    known = known_of(png(tmp_path / "a.png", {"prompt": text}))
    assert known.is_unknown
    assert known.refused == (f"The workflow in PNG text {why}; it was not read.",)


def test_exif_that_points_at_itself_comes_to_an_end(tmp_path: Path) -> None:
    tiff = b"II*\0\x08\0\0\0" + struct.pack("<HHHII", 1, 0x8769, 4, 1, 8) + b"\0\0\0\0"
    chunks(tmp_path / "a.png", (b"eXIf", tiff))
    assert known_of(tmp_path / "a.png").is_unknown


@pytest.mark.parametrize("name", SAVERS)
def test_a_file_that_is_cut_anywhere_is_read_as_far_as_it_goes(tmp_path: Path, name: str) -> None:
    SAVERS[name](tmp_path / name, GRAPH, EXTRA)
    data = (tmp_path / name).read_bytes()
    for part in range(1, 12):
        (tmp_path / "cut").write_bytes(data[: len(data) * part // 12])
        known = known_of(tmp_path / "cut")
        assert known.found("seed") in {(), (str(SEED),)}


EXPECTED = {
    "text_after_idat.png": ("photo of a duck", "235284042", "realistic_realisticVisionV20_v20"),
    "automatic1111_cropped.jpg": ("photo of a duck", "235284042", "realistic_realisticVisionV20_v20"),
    "automatic1111_cropped.png": ("photo of a duck", "235284042", "realistic_realisticVisionV20_v20"),
    "automatic1111_stealth.png": ("a circle", "2015833630", "realisticVisionV51_v51VAE"),
    "img2img_cropped.png": ("photograph of victorian woman", "280823642470253", "v1-5-pruned-emaonly.ckpt"),
    "night_evening_day_morning_cropped.png": (
        "(best quality) beautiful (HDR:1.2)",
        "335608130539327",
        "Anything-V3.0.ckpt",
    ),
    "noisy_latents_3_subjects_cropped.png": ("girl", "1084614416978598", "Anything-V3.0.ckpt"),
    "unclip_2pass_cropped.png": ("beautiful scenery", "1106257833005336", "wd-1-5-beta2-aesthetic-unclip"),
    "fooocus1_cropped.png": ("a smiling goldfish", "6952411511246973023", "juggernautXL_v8Rundiffusion"),
    "invokeai_dream1.png": ("professional full body photo", "2980747362", ""),  # its form names no model
    "invokeai_imeta1.png": ("digital artwork, oil painting", "3293022630", "juggernautXL"),
    "invokeai_sdmeta1.png": ("professional full body photo", "2980747362", "deliberateForInvoke_v08"),
    "novelai1_cropped.png": ("masterpiece, best quality,  cat", "2253955223", "Stable Diffusion 1D44365E"),
}


@pytest.mark.skipif(
    not FIXTURES, reason="set CIRCLETAKE_SD_PARSERS to a checkout of d3x-at/sd-parsers to read its fixtures"
)
def test_the_public_fixtures_of_sd_parsers_say_prompt_seed_and_model() -> None:
    found = {
        path.name: known_of(path) for path in Path(FIXTURES).rglob("*") if path.suffix in {".png", ".jpg"}
    }
    assert {name for name, known in found.items() if not known.is_unknown} == set(EXPECTED)
    for name, (prompt, seed, model) in EXPECTED.items():
        known = found[name]
        assert any(one.startswith(prompt) for one in known.found("prompt")), name
        assert seed in known.found("seed"), name
        assert any(one.startswith(model) for one in known.found("model")) or not model, name

"""Files as ComfyUI's save nodes write them: the same calls of Pillow and PyAV, on pictures of our own.

The calls are those of its nodes SaveImage, SaveAnimatedPNG, SaveAnimatedWEBP, SaveWEBM, SaveVideo and
SaveAudio*; its code is GPL-3.0 and none of it is here.
"""

import io
import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.stream import AudioStream
from PIL import Image
from PIL.PngImagePlugin import PngInfo

PROMPT = "a fox on a ridge, “golden” light, ひかり"
NEGATIVE = "text, watermark"
SEED = 18446744073709551557  # above what a double keeps
MODEL = "wan2.2_i2v_high.safetensors"

GRAPH: dict[str, Any] = {
    "1": {"class_type": "UNETLoader", "inputs": {"unet_name": MODEL, "weight_dtype": "default"}},
    "2": {"class_type": "CLIPLoader", "inputs": {"clip_name": "umt5.safetensors", "type": "wan"}},
    "3": {
        "class_type": "CLIPTextEncode",
        "inputs": {"text": PROMPT, "clip": ["2", 0]},
        "_meta": {"title": "Prompt"},
    },
    "4": {"class_type": "CLIPTextEncode", "inputs": {"text": NEGATIVE, "clip": ["2", 0]}},
    "5": {
        "class_type": "WanImageToVideo",
        "inputs": {
            "positive": ["3", 0],
            "negative": ["4", 0],
            "vae": ["7", 0],
            "start_image": ["6", 0],
            "width": 832,
            "height": 480,
            "length": 81,
        },
    },
    "6": {"class_type": "LoadImage", "inputs": {"image": "SH010_first.png"}},
    "7": {"class_type": "VAELoader", "inputs": {"vae_name": "wan_vae.safetensors"}},
    "8": {
        "class_type": "KSampler",
        "inputs": {
            "seed": SEED,
            "steps": 20,
            "cfg": 3.5,
            "sampler_name": "euler",
            "scheduler": "simple",
            "denoise": 1.0,
            "model": ["1", 0],
            "positive": ["5", 0],
            "negative": ["5", 1],
            "latent_image": ["5", 2],
        },
    },
    "9": {"class_type": "VAEDecode", "inputs": {"samples": ["8", 0], "vae": ["7", 0]}},
    "10": {"class_type": "SaveImage", "inputs": {"images": ["9", 0], "filename_prefix": "ComfyUI"}},
}
EXTRA: dict[str, Any] = {"workflow": {"nodes": [{"id": 1}], "links": [], "version": 0.4}}


def _pictures(count: int = 2, lit: int = 0) -> list[np.ndarray]:
    light = np.linspace(lit, 200, 96, dtype=np.uint8)
    base = np.broadcast_to(light[None, :, None], (64, 96, 3))
    return [np.ascontiguousarray(base + index) for index in range(count)]


def save_png(path: Path, graph: object, extra: dict[str, Any]) -> None:
    metadata = PngInfo()
    metadata.add_text("prompt", json.dumps(graph))
    for name, told in extra.items():
        metadata.add_text(name, json.dumps(told))
    Image.fromarray(_pictures()[0]).save(path, format="PNG", pnginfo=metadata, compress_level=4)


def save_apng(path: Path, graph: object, extra: dict[str, Any]) -> None:
    metadata = PngInfo()
    for name, told in {"prompt": graph, **extra}.items():
        data = name.encode("latin-1", "strict") + b"\0" + json.dumps(told).encode("latin-1", "strict")
        metadata.add(b"comf", data, after_idat=True)
    first, *rest = [Image.fromarray(picture) for picture in _pictures()]
    first.save(
        path,
        format="PNG",
        pnginfo=metadata,
        compress_level=4,
        save_all=True,
        duration=int(1000.0 / 6),
        append_images=rest,
    )


def save_webp(path: Path, graph: object, extra: dict[str, Any]) -> None:
    first, *rest = [Image.fromarray(picture) for picture in _pictures()]
    exif = first.getexif()
    exif[0x0110] = f"prompt:{json.dumps(graph)}"
    tag = 0x010F
    for name, told in extra.items():
        exif[tag] = f"{name}:{json.dumps(told)}"
        tag -= 1
    first.save(
        path, save_all=True, duration=166, append_images=rest, exif=exif, lossless=True, quality=80, method=4
    )


def save_webm(path: Path, graph: object, extra: dict[str, Any]) -> None:
    container = av.open(str(path), mode="w")
    for name, told in {"prompt": graph, **extra}.items():
        container.metadata[name] = json.dumps(told)
    stream = container.add_stream("libvpx-vp9", rate=Fraction(24000, 1000))
    stream.width, stream.height, stream.pix_fmt, stream.bit_rate = 96, 64, "yuv420p", 0
    stream.options = {"crf": "32.0"}
    for picture in _pictures():
        for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")):
            container.mux(packet)
    container.mux(stream.encode())
    container.close()


def save_video(
    path: Path, graph: object, extra: dict[str, Any], *, rate: int = 24, n: int = 8, light: int = 0
) -> None:
    options = {"movflags": "use_metadata_tags+faststart"}
    container = av.open(str(path), mode="w", format="mp4", options=options)
    for name, told in {**extra, "prompt": graph}.items():
        container.metadata[name] = json.dumps(told)
    stream = container.add_stream("h264", rate=Fraction(rate))
    stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
    for picture in _pictures(n, light):
        container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
    container.mux(stream.encode(None))
    container.close()


def _save_sound(codec: str, form: str) -> Callable[[Path, object, dict[str, Any]], None]:
    def save(path: Path, graph: object, extra: dict[str, Any]) -> None:
        buffer = io.BytesIO()
        container = av.open(buffer, mode="w", format=form)
        for name, told in {"prompt": graph, **extra}.items():
            container.metadata[name] = json.dumps(told)
        stream = container.add_stream(codec, rate=48000, layout="mono")
        wave = np.sin(np.arange(4800) * 0.05, dtype=np.float32).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(wave, format="flt", layout="mono")
        frame.sample_rate, frame.pts = 48000, 0
        assert isinstance(stream, AudioStream)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        container.close()
        path.write_bytes(buffer.getvalue())

    return save


SAVERS: dict[str, Callable[[Path, object, dict[str, Any]], None]] = {
    "still.png": save_png,
    "moving.png": save_apng,
    "moving.webp": save_webp,
    "film.webm": save_webm,
    "film.mp4": save_video,
    "sound.flac": _save_sound("flac", "flac"),
    "sound.mp3": _save_sound("libmp3lame", "mp3"),
    "sound.opus": _save_sound("libopus", "opus"),
}

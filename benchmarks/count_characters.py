"""Record in a model file how often its network saw each character in training.

    python benchmarks/count_characters.py --model model.safetensors --data results/demo-iam [...]

`pentrace train` does this itself. The network that comes with the package was trained before, on
the data sets of two presets. The weights are not changed. The splits are those that the network
was trained on.
"""

import argparse
import json
from pathlib import Path

from safetensors import safe_open
from safetensors.numpy import save

from pentrace.files import whole_file
from pentrace.networks.model_file import FORMAT, read
from pentrace.networks.seen import counted
from pentrace.windows.lines import load_lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    given = parser.parse_args()
    settings = read(given.model, "np")[1]
    lines = [load_lines(data, settings.train.train_on) for data in given.data]
    texts = [text for one in lines for text in one.texts]
    with safe_open(given.model, "np") as file:
        content = json.loads(file.metadata()["pentrace"])
        weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    assert content["format"] == FORMAT
    content["counts"] = counted(texts, settings.alphabet)
    with whole_file(given.model) as partial:
        partial.write_bytes(save(weights, {"pentrace": json.dumps(content, sort_keys=True)}))
    rarest = sorted(content["counts"].items(), key=lambda pair: pair[1])[:20]
    print(f"{len(texts)} texts; the rarest: {rarest}")


if __name__ == "__main__":
    main()

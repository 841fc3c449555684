"""Runs ONNX Runtime, OpenVINO and sentence-transformers for the Go program beside this file.

Reads one JSON request a line from standard input and answers each with one line:
  {"do": "versions"}
  {"do": "random_head", "model": DIR, "from": PACKAGE, "length": N}   writes a cross-encoder folder
  {"do": "score", "engine": NAME, "model": DIR, "pairs": FILE, "batch": N, "threads": N}   with a name of ENGINES below
  {"do": "embed", "model": DIR, "texts": FILE, "threads": N}
  {"do": "states", "model": DIR, "texts": FILE, "threads": N}   a cross-encoder's of each text beside an empty query
"""

import contextlib
import importlib
import importlib.metadata
import json
import pathlib
import shutil
import sys
import tempfile
import time

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file, save_file
from tokenizers import BertWordPieceTokenizer


# Weights of seven bits, without which ONNX Runtime's products of bytes saturate where the processor has no VNNI.
REDUCE = "vnni" not in pathlib.Path("/proc/cpuinfo").read_text()

class Graph:
    """A BERT encoder in the fused operators that ONNX Runtime's own optimizer aims for."""

    def __init__(self, folder, split=False):
        self.split = split  # query, key and value as products of their own, for what quantizes MatMul only
        self.config = json.loads((folder / "config.json").read_text())
        self.tensors = {k.removeprefix("bert."): v.astype(np.float32) for k, v in load_file(folder / "model.safetensors").items() if v.dtype.kind == "f"}
        self.nodes, self.constants = [], []

    def constant(self, name, value):
        self.constants.append(numpy_helper.from_array(np.array(value, order="C"), name))
        return name

    def tensor(self, name, transpose=False):
        value = self.tensors[name]
        return self.constant(name, value.T if transpose else value)

    def op(self, kind, inputs, output, domain="com.microsoft", **attributes):
        self.nodes.append(helper.make_node(kind, inputs, [output], domain=domain, **attributes))
        return output

    def encoder(self):
        e, heads, eps = "embeddings.", self.config["num_attention_heads"], self.config["layer_norm_eps"]
        embeddings = [e + part + "_embeddings.weight" for part in ("word", "position", "token_type")]
        x = self.op("EmbedLayerNormalization", ["ids", "types", *map(self.tensor, embeddings), self.tensor(e + "LayerNorm.weight"), self.tensor(e + "LayerNorm.bias")], "x", epsilon=eps)
        self.nodes[-1].output.append("unused")
        for n in range(self.config["num_hidden_layers"]):
            before, x = x, self.layer(f"encoder.layer.{n}.", x, heads, eps)
        return x, before

    def layer(self, p, x, heads, eps):
        parts = [p + f"attention.self.{name}." for name in ("query", "key", "value")]
        bias = self.constant(p + "qkv_bias", np.concatenate([self.tensors[q + "bias"] for q in parts]))
        if self.split:
            products = [self.op("MatMul", [x, self.tensor(q + "weight", True)], q + "product", domain="") for q in parts]
            a = self.op("MultiHeadAttention", [*products, bias, "mask"], p + "context", num_heads=heads)
        else:
            weight = self.constant(p + "qkv", np.concatenate([self.tensors[q + "weight"].T for q in parts], axis=1))
            a = self.op("Attention", [x, weight, bias, "mask"], p + "context", num_heads=heads)
        x = self.residual(p + "attention.output.", a, x, eps)
        u = self.op("MatMul", [x, self.tensor(p + "intermediate.dense.weight", True)], p + "up", domain="")
        u = self.op("BiasGelu", [u, self.tensor(p + "intermediate.dense.bias")], p + "gelu")
        return self.residual(p + "output.", u, x, eps)

    def residual(self, p, y, x, eps):
        y = self.op("MatMul", [y, self.tensor(p + "dense.weight", True)], p + "product", domain="")
        norm = [self.tensor(p + name) for name in ("LayerNorm.weight", "LayerNorm.bias", "dense.bias")]
        return self.op("SkipLayerNormalization", [y, x, *norm], p + "sum", epsilon=eps)

    def logit(self, x):
        """The pooler and the classifier over the [CLS] row."""
        self.constant("zero", np.array(0, np.int64))
        c = self.op("Gather", [x, "zero"], "cls", domain="", axis=1)
        for name, out in (("pooler.dense", "dense"), ("classifier", "logit")):
            c = self.op("Gemm", [c, self.tensor(name + ".weight"), self.tensor(name + ".bias")], out, domain="", transB=1)
            if out == "dense":
                c = self.op("Tanh", [c], "tanh", domain="")
        return c

    def model(self, outputs):
        inputs = [helper.make_tensor_value_info(n, TensorProto.INT32, ["batch", "tokens"]) for n in ("ids", "types", "mask")]
        names, outputs = outputs, [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs]
        known = [helper.make_tensor_value_info(n.output[0], TensorProto.FLOAT, None) for n in self.nodes if n.output[0] not in names]  # ONNX infers no types of fused operators
        graph = helper.make_graph(self.nodes, "bert", inputs, outputs, self.constants, value_info=known)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)], ir_version=8)


def session(model, threads):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def tokenizer(folder):
    t = BertWordPieceTokenizer(str(folder / "vocab.txt"), lowercase=True)
    length = json.loads((folder / "tokenizer_config.json").read_text()).get("model_max_length", 512)
    sentence = folder / "sentence_bert_config.json"
    if sentence.exists():
        length = json.loads(sentence.read_text()).get("max_seq_length", length)
    t.enable_truncation(max_length=min(length, 512))
    return t


class OnnxRuntime:
    def __init__(self, model, threads, pooled=False):
        folder = pathlib.Path(model)
        self.tokenizer = tokenizer(folder)
        self.threads = threads
        self.prepare(folder, pooled)

    def prepare(self, folder, pooled):
        self.session = session(self.graph(folder, pooled), self.threads)

    def graph(self, folder, pooled=False, split=False):
        graph = Graph(folder, split)
        x = graph.encoder()
        return graph.model(x if pooled else [graph.logit(x[0])])

    def run(self, feed):
        return self.session.run(None, feed)

    def batches(self, texts, batch):
        """Batches sorted by length, padded to the longest of each."""
        encoded = self.tokenizer.encode_batch(texts)
        order = sorted(range(len(encoded)), key=lambda i: len(encoded[i].ids))
        for at in range(0, len(order), batch):
            rows = order[at : at + batch]
            length = max(len(encoded[i].ids) for i in rows)
            feed = {name: np.zeros((len(rows), length), np.int32) for name in ("ids", "types", "mask")}
            for r, i in enumerate(rows):
                n = len(encoded[i].ids)
                feed["ids"][r, :n], feed["types"][r, :n], feed["mask"][r, :n] = encoded[i].ids, encoded[i].type_ids, 1
            yield rows, feed, self.run(feed)

    def score(self, pairs, batch):
        scores = np.zeros(len(pairs))
        for rows, _, (logits,) in self.batches([tuple(p) for p in pairs], batch):
            scores[rows] = logits[:, 0]
        return scores

    def embed(self, texts, batch):
        """Unit vectors of the mean over all tokens."""
        mean = self.pooled(texts, batch)[:, 0]
        return mean / np.linalg.norm(mean, axis=1, keepdims=True)

    def states(self, texts, batch):
        """Of each text beside an empty query the means of the last two layers and [CLS] of the last."""
        return self.pooled([("", text) for text in texts], batch).reshape(len(texts), -1)

    def pooled(self, texts, batch):
        vectors = {}
        for rows, feed, (x, before) in self.batches(texts, batch):
            mask = feed["mask"][:, :, None].astype(np.float32)
            means = [(y * mask).sum(1) / mask.sum(1) for y in (x, before)]
            vectors.update(zip(rows, np.stack([*means, x[:, 0]], axis=1)))
        return np.stack([vectors[i] for i in range(len(texts))])


class Dynamic(OnnxRuntime):
    """ONNX Runtime with weights in bytes, of each channel, and activations rounded when they come."""

    def prepare(self, folder, _):
        from onnxruntime.quantization import QuantType, quantize_dynamic

        with tempfile.NamedTemporaryFile(suffix=".onnx") as f:
            quantize_dynamic(self.graph(folder), f.name, per_channel=True, reduce_range=REDUCE, weight_type=QuantType.QInt8)
            self.session = session(onnx.load(f.name), self.threads)


class Calibrated(OnnxRuntime):
    """Engines that are told beforehand which activations to expect, from the first pairs to be scored."""

    ready = False

    def prepare(self, folder, _):
        self.folder = folder

    def score(self, pairs, batch):
        if not self.ready:
            self.ready, feeds = True, []
            self.run = lambda feed: feeds.append(feed) or [np.zeros((len(feed["ids"]), 1))]
            super().score(pairs[:: max(1, len(pairs) // 128)], 8)
            del self.run
            self.calibrate(feeds)
        return super().score(pairs, batch)


class Static(Calibrated):
    """ONNX Runtime with weights in bytes, of each channel, and the range of activations known beforehand."""

    def calibrate(self, feeds):
        from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

        class Reader(CalibrationDataReader):
            def get_next(self, left=iter(feeds)):
                return next(left, None)

        with tempfile.NamedTemporaryFile(suffix=".onnx") as f:
            quantize_static(self.graph(self.folder, split=True), f.name, Reader(), quant_format=QuantFormat.QDQ, op_types_to_quantize=["MatMul"],
                            per_channel=True, reduce_range=REDUCE, activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8)
            self.session = session(onnx.load(f.name), self.threads)


class OpenVINO(OnnxRuntime):
    def prepare(self, folder, _):
        self.compile(self.converted(folder))

    def converted(self, folder):
        import openvino

        with tempfile.NamedTemporaryFile(suffix=".onnx") as f:
            onnx.save(self.graph(folder), f.name)
            return openvino.convert_model(f.name)

    def compile(self, model):
        import openvino

        core = openvino.Core()
        self.request = core.compile_model(model, "CPU", {"INFERENCE_NUM_THREADS": self.threads, "PERFORMANCE_HINT": "THROUGHPUT", "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": "f32"}).create_infer_request()

    def run(self, feed):
        return list(self.request.infer(feed).values())


class OpenVINOInt8(Calibrated, OpenVINO):
    """OpenVINO with weights and activations in bytes, as its own tool nncf makes them for a transformer."""

    def calibrate(self, feeds):
        import nncf

        self.compile(nncf.quantize(self.converted(self.folder), nncf.Dataset(feeds), model_type=nncf.ModelType.TRANSFORMER, subset_size=len(feeds)))


class SentenceTransformers:
    def __init__(self, model, threads):
        import torch
        from sentence_transformers import CrossEncoder

        torch.set_num_threads(threads)
        self.model = CrossEncoder(model, device="cpu", activation_fn=torch.nn.Identity(), model_kwargs={"dtype": torch.float32})

    def score(self, pairs, batch):
        return self.model.predict([tuple(p) for p in pairs], batch_size=batch, show_progress_bar=False)


ENGINES = {
    "onnxruntime": OnnxRuntime,
    "onnxruntime int8, dynamic": Dynamic,
    "onnxruntime int8, static": Static,
    "openvino": OpenVINO,
    "openvino int8": OpenVINOInt8,
    "sentence-transformers": SentenceTransformers,
}
loaded = {}


def engine(name, *args):
    if (name, args) not in loaded:
        loaded[name, args] = ENGINES[name](*args)
    return loaded[name, args]


def random_head(request):
    """Puts a random pooler and classifier on an encoder's weights: a cross-encoder's shape and cost."""
    source = pathlib.Path(importlib.import_module(request["from"]).__file__).parent / "model"
    target = pathlib.Path(request["model"])
    target.mkdir(parents=True, exist_ok=True)
    config = json.loads((source / "config.json").read_text()) | {"architectures": ["BertForSequenceClassification"], "id2label": {"0": "LABEL_0"}, "label2id": {"LABEL_0": 0}}
    (target / "config.json").write_text(json.dumps(config))
    (target / "tokenizer_config.json").write_text(json.dumps({"do_lower_case": True, "model_max_length": request["length"], "tokenizer_class": "BertTokenizer"}))
    shutil.copy(source / "vocab.txt", target)
    random, hidden = np.random.default_rng(1), config["hidden_size"]
    tensors = {"bert." + k: v for k, v in load_file(source / "model.safetensors").items() if v.dtype.kind == "f"}
    for name, shape in (("bert.pooler.dense.weight", (hidden, hidden)), ("bert.pooler.dense.bias", (hidden,)), ("classifier.weight", (1, hidden)), ("classifier.bias", (1,))):
        tensors[name] = random.normal(0, 0.1, shape).astype(np.float32)
    save_file(tensors, target / "model.safetensors")
    return {"source": str(source)}


def score(request):
    e = engine(request["engine"], request["model"], request["threads"])
    pairs = json.loads(pathlib.Path(request["pairs"]).read_text())
    start = time.perf_counter()
    scores = e.score(pairs, request["batch"])
    return {"seconds": time.perf_counter() - start, "scores": [float(s) for s in scores]}


def vectors(request):
    model = OnnxRuntime(request["model"], request["threads"], pooled=True)
    texts = json.loads(pathlib.Path(request["texts"]).read_text())
    return {"vectors": getattr(model, request["do"])(texts, 16).astype(float).tolist()}


def versions(_):
    names = ["onnxruntime", "openvino", "nncf", "torch", "transformers", "sentence-transformers", "tokenizers", "numpy"]
    installed = {d.metadata["Name"].lower() for d in importlib.metadata.distributions()}
    return {n: importlib.metadata.version(n) for n in names if n in installed}


for line in sys.stdin:
    wanted = json.loads(line)
    with contextlib.redirect_stdout(sys.stderr):  # what libraries say is no answer
        answer = {"versions": versions, "random_head": random_head, "score": score, "embed": vectors, "states": vectors}[wanted["do"]](wanted)
    print(json.dumps(answer), flush=True)

"""Runs the AXN loop in PyTorch and numpy for the Go program beside this file.

Reads one JSON request a line from standard input, answers each with one line:
  {"do": "versions"}
  {"do": "make", "items": N, "dims": D, "queries": Q}   writes DIR/items.npy, queries.npy and scores.npy
  {"do": "open", "items": PATH, "queries": PATH, "scores": PATH, "rows": [query, ...]}
  {"do": "search", "way": W, "queries": Q, "rounds": R, "budget": B}   the first Q of rows
The last one answers {"seconds": S, "ids": the items scored, best first, by query}.
Ways: "torch pinv", "torch cholesky", "torch cholesky32", "numpy pinv", "numpy solve", "numpy together".
"""

import importlib.metadata
import json
import os
import sys
import time

import numpy as np
import torch

folder, threads = os.environ["SEARCH_FOLDER"], int(os.environ["OMP_NUM_THREADS"])
torch.set_num_threads(threads)
torch.set_grad_enabled(False)
opened = {}


def make(request):
    """Normal vectors; a query's scores are a shifted query's inner products and noise."""
    random = np.random.default_rng(1)
    items = random.standard_normal((request["items"], request["dims"]), dtype=np.float32)
    queries = random.standard_normal((request["queries"], request["dims"]), dtype=np.float32)
    shifted = queries + random.standard_normal(queries.shape, dtype=np.float32)
    scores = shifted @ items.T
    for row in scores:
        row += 8 * random.standard_normal(len(row), dtype=np.float32)
    for name, values in ("items", items), ("queries", queries), ("scores", scores):
        np.save(f"{folder}/{name}.npy", values)
    return {}


def open_arrays(request):
    rows = request["rows"]
    opened.clear()
    for name, take in ("items", None), ("queries", rows), ("scores", rows):
        values = np.load(request[name], mmap_mode="r")
        values = values if take is None else values[take]
        opened[name] = np.array(values, dtype=np.float32)
    return {}


class Batch:
    """Least squares of a batch of queries whose anchors grow together: the Gram
    matrix of the smaller side is kept, and what is new appended."""

    def __init__(self, dtype):
        self.dtype, self.rows, self.gram = dtype, None, None

    def solve(self, rows, b):
        """rows, Q×n×d, begin with those of the call before; b is Q×n. Returns u, Q×d."""
        rows, b = rows.to(self.dtype), b.to(self.dtype)[..., None]
        done = 0 if self.rows is None else self.rows.shape[1]
        new = rows[:, done:]
        if rows.shape[1] <= rows.shape[2]:
            below = new @ rows.mT
            if done:
                beside = below[:, :, :done].mT
                below = torch.cat([torch.cat([self.gram, beside], 2), below], 1)
            self.gram, self.rows = below, rows
            return (rows.mT @ torch.cholesky_solve(b, torch.linalg.cholesky(self.gram)))[..., 0].float()
        if done <= rows.shape[2]:  # from the dual form to the primal
            self.gram, new = 0, rows
        self.gram, self.rows = self.gram + new.mT @ new, rows
        return torch.cholesky_solve(rows.mT @ b, torch.linalg.cholesky(self.gram))[..., 0].float()


class Pinv:
    """The paper's way."""

    def solve(self, rows, b):
        return (torch.linalg.pinv(rows) @ b[..., None])[..., 0]


def search_torch(solver, queries, rounds, budget):
    items, scores = torch.from_numpy(opened["items"]), torch.from_numpy(opened["scores"][:queries])
    u = torch.from_numpy(opened["queries"][:queries])
    anchors = torch.empty((queries, 0), dtype=torch.int64)
    approximate = torch.empty((queries, len(items)))
    for r in range(rounds):
        torch.matmul(u, items.T, out=approximate)
        approximate.scatter_(1, anchors, -torch.inf)
        chosen = torch.topk(approximate, budget // rounds, dim=1).indices
        anchors = torch.cat([anchors, chosen], 1)
        if r < rounds - 1:
            u = solver.solve(items[anchors], scores.gather(1, anchors))
    found = scores.gather(1, anchors)
    return anchors.gather(1, torch.argsort(found, dim=1, descending=True)).numpy()


class NumpyPinv:
    def solve(self, rows, b):
        return np.linalg.pinv(rows) @ b


class NumpySolve:
    """The normal equations of the smaller side in float64, the Gram matrix kept;
    rows are n×d, or Q×n×d for a batch."""

    def __init__(self):
        self.done, self.gram = 0, None

    def solve(self, rows, b):
        rows, b = rows.astype(np.float64), b.astype(np.float64)[..., None]
        n, d = rows.shape[-2:]
        new, done, self.done = rows[..., self.done :, :], self.done, n
        if n <= d:
            below = new @ rows.mT
            if done:
                above = np.concatenate([self.gram, below[..., :done].mT], -1)
                below = np.concatenate([above, below], -2)
            self.gram = below
            return (rows.mT @ np.linalg.solve(self.gram, b))[..., 0].astype(np.float32)
        self.gram = self.gram + new.mT @ new if done > d else rows.mT @ rows
        return np.linalg.solve(self.gram, rows.mT @ b)[..., 0].astype(np.float32)


def top(values, k):
    """The k highest of the last axis, best first."""
    chosen = np.argpartition(values, -k, axis=-1)[..., -k:]
    order = np.argsort(-np.take_along_axis(values, chosen, -1), axis=-1)
    return np.take_along_axis(chosen, order, -1)


def search_numpy(solver, u, scores, rounds, budget):
    """For one query, or for a batch: u and scores have a row each then."""
    items = opened["items"]
    anchors = np.empty((*u.shape[:-1], 0), np.int64)
    for r in range(rounds):
        approximate = u @ items.T if u.ndim > 1 else items @ u
        np.put_along_axis(approximate, anchors, -np.inf, -1)
        anchors = np.concatenate([anchors, top(approximate, budget // rounds)], -1)
        if r < rounds - 1:
            u = solver.solve(items[anchors], np.take_along_axis(scores, anchors, -1))
    found = np.take_along_axis(scores, anchors, -1)
    return np.take_along_axis(anchors, np.argsort(-found, axis=-1), -1)


def one_by_one(solver, queries, rounds, budget):
    return np.stack([search_numpy(solver(), opened["queries"][q], opened["scores"][q], rounds, budget) for q in range(queries)])


ways = {
    "torch pinv": lambda *a: search_torch(Pinv(), *a),
    "torch cholesky": lambda *a: search_torch(Batch(torch.float64), *a),
    "torch cholesky32": lambda *a: search_torch(Batch(torch.float32), *a),
    "numpy pinv": lambda *a: one_by_one(NumpyPinv, *a),
    "numpy solve": lambda *a: one_by_one(NumpySolve, *a),
    "numpy together": lambda q, *a: search_numpy(NumpySolve(), opened["queries"][:q], opened["scores"][:q], *a),
}


def search(request):
    way = ways[request["way"]]
    begin = time.perf_counter()
    ids = way(request["queries"], request["rounds"], request["budget"])
    return {"seconds": time.perf_counter() - begin, "ids": ids.tolist()}


def versions(_):
    return {name: importlib.metadata.version(name) for name in ("numpy", "torch")}


does = {"versions": versions, "make": make, "open": open_arrays, "search": search}
for line in sys.stdin:
    wanted = json.loads(line)
    print(json.dumps(does[wanted["do"]](wanted)), flush=True)

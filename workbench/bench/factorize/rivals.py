"""Factorizes with implicit and PyTorch for the Go program beside this file.

Reads one JSON request a line from standard input, answers each with one line:
  {"do": "versions"}
  {"do": "open", "folder": F}       F/queries.npy, items.npy and entries.npy (query, item, value: a row each)
  {"do": "implicit", "iterations": N, "cg": BOOL}       {"seconds": S}
  {"do": "adamw", "epochs": N, "batch": N, "rate": R}   {"seconds": S, "loss": L}
The loss is the mean squared error of the queries' first vectors with the items' last ones.
"""

import importlib.metadata
import json
import os
import sys
import time

import numpy as np

threads = int(os.environ["OMP_NUM_THREADS"])
opened = {}


def open_arrays(request):
    for name in ("queries", "items", "entries"):
        opened[name] = np.load(f"{request['folder']}/{name}.npy")
    return {}


def by_implicit(request):
    import implicit
    import scipy.sparse

    queries, items, entries = opened["queries"], opened["items"], opened["entries"]
    at = entries[:, 0].astype(np.int32), entries[:, 1].astype(np.int32)
    confidence = 1 + np.abs(entries[:, 2])  # positive, as its model wants
    matrix = scipy.sparse.csr_matrix((confidence, at), shape=(len(queries), len(items)))
    model = implicit.als.AlternatingLeastSquares(
        factors=items.shape[1], iterations=request["iterations"], use_cg=request["cg"], num_threads=threads, dtype=np.float32
    )
    model.user_factors, model.item_factors = queries.copy(), items.copy()
    begin = time.perf_counter()
    model.fit(matrix, show_progress=False)
    return {"seconds": time.perf_counter() - begin}


def by_adamw(request):
    import torch

    torch.set_num_threads(threads)
    queries, items, entries = (torch.from_numpy(opened[n]) for n in ("queries", "items", "entries"))
    q, i, values = entries[:, 0].long(), entries[:, 1].long(), entries[:, 2]
    starts = torch.searchsorted(q, torch.arange(len(queries) + 1))
    begin = time.perf_counter()
    u, v = torch.nn.Parameter(queries.clone()), torch.nn.Parameter(items.clone())
    optimizer = torch.optim.AdamW([u, v], lr=request["rate"], fused=True)
    random = torch.Generator().manual_seed(0)
    for _ in range(request["epochs"]):
        for batch in torch.randperm(len(queries), generator=random).split(request["batch"]):
            at = torch.cat([torch.arange(starts[r], starts[r + 1]) for r in batch])
            loss = ((u[q[at]] * v[i[at]]).sum(1) - values[at]).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    seconds = time.perf_counter() - begin
    with torch.no_grad():
        loss = ((queries[q] * v[i]).sum(1) - values).square().mean()
    return {"seconds": seconds, "loss": float(loss)}


def versions(_):
    return {name: importlib.metadata.version(name) for name in ("numpy", "implicit", "torch")}


does = {"versions": versions, "open": open_arrays, "implicit": by_implicit, "adamw": by_adamw}
for line in sys.stdin:
    wanted = json.loads(line)
    print(json.dumps(does[wanted["do"]](wanted)), flush=True)

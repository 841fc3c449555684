#!/usr/bin/env python3
"""Makes, or compares, measures of random runs by pytrec_eval, ir_measures and ranx.

  trec.py make FILE     writes qrels, runs and their measures as JSON lines (the golden file of workbench/evaluate_test.go)
  trec.py read DIR      reads DIR/run.txt and DIR/qrels.txt, which workbench wrote, by ir_measures and ranx, and compares
                        their measures with DIR/measures.json, which workbench computed
"""
import gzip
import json
import random
import sys
from pathlib import Path

import ir_measures
import pytrec_eval

TREC = {
    "nDCG": "ndcg", "nDCG@1": "ndcg_cut_1", "nDCG@3": "ndcg_cut_3", "nDCG@10": "ndcg_cut_10", "MRR": "recip_rank",
    "MAP": "map", "MAP@5": "map_cut_5", "P@1": "P_1", "P@5": "P_5", "P@10": "P_10", "R@5": "recall_5", "R@10": "recall_10",
    "Success@1": "success_1", "Success@5": "success_5", "Rprec": "Rprec",
}
OTHER = {"Judged@5": "Judged@5", "Judged@10": "Judged@10", "MRR@3": "RR@3", "P(rel=2)@5": "P(rel=2)@5", "MAP(rel=2)": "AP(rel=2)",
         "RBP(p=0.8)": "RBP(rel=1,p=0.8)", "RBP(p=0.5)": "RBP(rel=1,p=0.5)"}


def case(rng, n):
    docs = ["d%d" % i for i in rng.sample(range(120), rng.randint(1, 30))]
    grades = {d: rng.choice([-1, 0, 0, 1, 1, 2, 3]) for d in docs if rng.random() < 0.5}
    for i in range(rng.randint(0, 4)):
        grades["missed%d" % i] = rng.choice([0, 1, 2])
    few = [rng.gauss(0, 1) for _ in range(rng.randint(1, 6))] + [1.0, 1.0 + 1e-9]  # ties, also such as float32 makes
    run = {d: rng.choice(few) if n % 2 else rng.gauss(0, 3) for d in docs}
    return grades, run


def values(qrels, run):
    of = {q: {} for q in run}
    got = pytrec_eval.RelevanceEvaluator(qrels, set(TREC.values()) | {"ndcg_cut", "map_cut", "P", "recall", "success"}).evaluate(run)
    for q, v in got.items():
        of[q] = {ours: v[theirs] for ours, theirs in TREC.items()}
    names = {ir_measures.parse_measure(theirs): ours for ours, theirs in OTHER.items()}
    # some of its providers break ties by ascending id: they see ranks, as trec_eval orders them
    ranked = {q: {d: float(-i) for i, d in enumerate(order(r))} for q, r in run.items()}
    for m in ir_measures.iter_calc(list(names), qrels, ranked):
        if of.get(m.query_id):
            of[m.query_id][names[m.measure]] = m.value
    return of


def order(run):
    import numpy
    return sorted(sorted(run, reverse=True), key=lambda d: -numpy.float32(run[d]))


def make(path):
    rng = random.Random(1)
    qrels, run = {}, {}
    for n in range(1000):
        qrels["q%d" % n], run["q%d" % n] = case(rng, n)
    of = values(qrels, run)
    with gzip.open(path, "wt") as f:
        for q in run:
            f.write(json.dumps({"query": q, "grades": qrels[q], "run": run[q], "measures": of[q]}) + "\n")


def close(name, ours, theirs, tolerance=1e-9):
    if abs(ours - theirs) > tolerance:
        sys.exit(f"{name}: ours {ours!r}, theirs {theirs!r}")


def read(folder):
    folder = Path(folder)
    ours = json.loads((folder / "measures.json").read_text())
    qrels = list(ir_measures.read_trec_qrels(str(folder / "qrels.txt")))
    run = list(ir_measures.read_trec_run(str(folder / "run.txt")))
    theirs = ir_measures.pytrec_eval.calc_aggregate([ir_measures.parse_measure(m) for m in ["nDCG@10", "AP", "RR", "P@5"]], qrels, run)
    for m, name in zip(["nDCG@10", "AP", "RR", "P@5"], ["nDCG@10", "MAP", "MRR", "P@5"]):
        close("ir_measures " + name, ours[name], theirs[ir_measures.parse_measure(m)])
    import ranx
    r = ranx.Run.from_file(str(folder / "run.txt"), kind="trec")
    q = ranx.Qrels.from_file(str(folder / "qrels.txt"), kind="trec")
    got = ranx.evaluate(q, r, ["ndcg@10", "precision@5"], make_comparable=True)
    close("ranx ndcg@10", ours["nDCG@10"], float(got["ndcg@10"]), 1e-6)
    close("ranx precision@5", ours["P@5"], float(got["precision@5"]), 1e-6)
    r.save(str(folder / "ranx.run"), kind="trec")
    (folder / "ranx.run.gz").write_bytes(gzip.compress((folder / "ranx.run").read_bytes()))
    print("measures and runs agree with pytrec_eval, ir_measures and ranx")


{"make": make, "read": read}[sys.argv[1]](sys.argv[2])

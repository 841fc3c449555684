"""Writes gar.json: walks of pyterrier-adaptive's GAR over drawn graphs, lists and scores.

    pip install pyterrier-adaptive==0.2.1; python gar.py
"""
import json
import os

import numpy as np
import pandas as pd
import pyterrier as pt
from pyterrier_adaptive import GAR

ITEMS, DEGREE, DEPTH, BATCH = 60, 4, 25, 5


class Graph:
    def __init__(self, neighbours):
        self.of = neighbours

    def neighbours(self, docno):
        return [str(i) for i in self.of[int(docno)]]


def case(seed, budget):
    rng = np.random.default_rng(seed)
    neighbours = [rng.permutation([j for j in range(ITEMS) if j != i])[:DEGREE].tolist() for i in range(ITEMS)]
    scores = rng.permutation(ITEMS).astype(float).tolist()
    first = rng.permutation(ITEMS)[:DEPTH].tolist()
    walked = []

    class Scorer(pt.Transformer):
        def transform(self, df):
            walked.append([int(d) for d in df.docno])
            return df.assign(score=[scores[int(d)] for d in df.docno])

    frame = pd.DataFrame({"qid": "q", "query": "q", "docno": [str(i) for i in first], "score": np.arange(DEPTH, 0, -1.0), "rank": range(DEPTH)})
    GAR(Scorer(), Graph(neighbours), num_results=budget, batch_size=BATCH, backfill=False).transform(frame)
    return {"Neighbors": neighbours, "Scores": scores, "First": first, "Budget": budget, "Batch": BATCH, "Walked": walked}


cases = [case(seed, budget) for seed, budget in enumerate([5, 12, 20, 33, 40, 59])]
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "gar.json"), "w") as f:
    json.dump(cases, f)
    f.write("\n")

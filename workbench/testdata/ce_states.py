"""Writes ce_states.npy: the hidden states transformers gives of the texts of ce_states.json alone on the item's
side, beside an empty query: mean over tokens of the last layer, of the last but one, [CLS] of the last.

    pip install torch transformers numpy
    python ce_states.py            # in this folder; with -check it compares only
"""
import json
import sys

import numpy as np
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

folder = "../../data/models/ce-wordnet-L4"
tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModelForSequenceClassification.from_pretrained(folder).float().eval()
rows = []
with torch.no_grad():
    for text in json.load(open("ce_states.json")):
        h = model(**tokenizer("", text, return_tensors="pt", truncation=True), output_hidden_states=True).hidden_states
        rows.append(torch.cat([h[-1][0].mean(0), h[-2][0].mean(0), h[-1][0, 0]]).numpy())
rows = np.stack(rows).astype(np.float32)
if "-check" in sys.argv:
    worst = np.abs(rows - np.load("ce_states.npy")).max()
    print(f"greatest difference {worst:.2g}")
    sys.exit(bool(worst > 1e-5))
np.save("ce_states.npy", rows)

/*
Package workbench finds the k items a cross-encoder would rank highest for a
query while calling it a few hundred times instead of once per item.

A cross-encoder (CE) scores a (query, item) pair jointly: accurate, and too slow
to run on every item. Beforehand it reads every item once, alone; and some calls may
be spent on the scores of train queries. These make an index. A search then alternates: choose the items whose
approximate scores are highest, have the CE score them, refit the approximation
to all scores seen so far. This is AXN (Yadav, Monath, Zaheer, Fergus, McCallum:
Adaptive Retrieval and Scalable Indexing for k-NN Search with Cross-Encoders,
ICLR 2024, arXiv 2405.03651), the systems it is compared with, and a method of
our own that is better than any of them, Calibrated.

# The rooms

Each hands the next a plain value that can be printed, saved, and made by hand;
any of them can be entered from outside.

	Dataset         OpenDataset: queries, items, split, dual-encoder vectors, item views
	Scorer          the CE: Dataset.Scorer, LookUp, ScorerFunc, or your own
	View            Dataset.ReadItems: what the CE makes of each item alone; NewView, of any features
	Scores          Observe spends calls on the entries a Sampling chooses; may be none
	Index           Factorize turns views and Scores into an Index; Save, OpenIndex, MapIndex
	Result          Index.Search and SearchAll, round by round
	Recall          the share of the exact neighbours that were scored
	Report          Experiment compares systems; Frame, Table, PlotRecall; calls and item passes counted

Before the Scorer lies text, for those who score live:

	texts           OpenBEIR, OpenCSV, texts.jsonl of a data set, or OpenWordNet: FillTexts, Dataset
	TextScorer      OpenCrossEncoder, RerankClient (one server or several), ChatScorer (a language model), or your own; NewScorer makes it a Scorer
	Precision       EncoderOptions: a CrossEncoder in int8, or auto, where its gate lets it
	Cascade         a fast Scorer for a search's rounds, an exact one for the best of what they found
	Passages        scores items that are longer than a model reads, part by part
	Embedder        OpenDualEncoder, EmbedClient (one server or several); Dataset.Embed makes the vectors, CachedEmbedder keeps them
	ItemReader      a CrossEncoder, or Cached around one; Dataset.ReadItems makes the view
	CheckScorer     tells early what is wrong with a scorer or with texts
	Cached          keeps every score and every item read on disk: interrupt, and go on later
	RerankHandler   serves a TextScorer to other machines, EmbedHandler an Embedder

	Signal          a further cheap score, such as ByBM25: Dataset.Signals, of which Calibrated learns what each is worth
	Searcher        another method for an Experiment, such as package rivals has

	Audit           the recall of searches with an interval, from a few calls more
	CalibrateRecall has an index learn by how much its searches' own estimates, Result.Recall, are off
	PlanBudget      what a wanted recall costs, by index calls and calls a query

Where there are millions of items, or they do not fit in one machine's memory:

	MapIndex        searches an index where it lies, in its file
	MakeLists       inverted lists of items; SearchOptions.Probe looks at those of the best lists only

	ItemStore       Index.Items, StoreOf, package pgstore, or several by package shards;
	                SearchOptions.Store searches it
	Head            the index without its items, for such searches
	Workload        Plan says beforehand what a task costs, by size and shards

# Notation

	|Q|, |I|   queries and items; both are row numbers of the data set
	G          CE scores of train queries × items; Scores holds the observed entries
	d          dimension of the dual encoder's (DE) vectors
	x_q, v_i   the DE's vectors of query q and item i; V is |I|×d
	F, p       item features of an index, |I|×p
	B          Budget: CE calls per query, first round included
	R          Rounds the budget is split into
	A, n       anchors: the items scored so far, and how many
	a          their CE scores
	m(q, i)    prior mean: the score expected before any call
	s²         noise: variance of a score around the model
	λ          weight of the parametric query vector in AXN's blend (eq. 7)

Everything is one formula: approximate scores are

	s = m + F·F_Aᵀ (F_A·F_Aᵀ + s²·I)⁻¹ (a − m_A)

Retrieve-and-rerank is R = 1; AXN is m = 0, F = V, s² → 0, which is solved as least
squares of least norm, and for λ > 0 blended with the query's own vector; Calibrated
learns m, F and s² from item views and the scores observed.

Top-k-Recall@B is the share of the CE's own top k found among the B items scored.
Ties break by lower item row, everywhere. Same seed, same answer, on one thread
or many. The words are explained in notebooks/GLOSSARY.md.
*/
package workbench

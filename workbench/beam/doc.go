// Package beam does the workbench's large jobs as Apache Beam pipelines: scoring a
// Sampling (Score), exact ground truth (Truth), embedding texts (Embed), reading items
// alone (Read) and the Calibrated fit (Fit). What they leave are the files that one
// process reads: workbench.OpenDataset, OpenScores, OpenNeighbors and OpenIndex.
//
// Workers and driver meet in files: every path named in a job must be seen by all
// of them, on one machine's disk or on a network file system. What a job draws by
// chance follows from its seed alone, so that it gives the same on one worker and
// on many, and again after it was killed.
//
// A program that runs pipelines calls Init before anything else, or uses the
// command cmd/axnbeam.
package beam

package main

import "axn/workbench/internal/f32"

// peakTurns × 24 fused multiply-adds a call; at AVX-512 each is 32 operations, else 16.
const peakTurns = 10000

var peakFlops = map[bool]float64{true: peakTurns * 24 * 32, false: peakTurns * 24 * 16}[f32.Kernels() == "avx512"]

// peak runs independent fused multiply-adds on registers.
func peak() {
	if f32.Kernels() == "avx512" {
		peakAVX512(peakTurns)
	} else {
		peakAVX2(peakTurns)
	}
}

//go:noescape
func peakAVX512(turns int)

//go:noescape
func peakAVX2(turns int)

#include "textflag.h"

// A stub loads its function value into the closure register and jumps to its code. R27
// holds no argument. See stub.go.
#define STUB(i) PCALIGN $16; MOVD ·stubTable+8*(i)(SB), R26; MOVD (R26), R27; JMP (R27);
#define STUB8(i) STUB(i) STUB(i+1) STUB(i+2) STUB(i+3) STUB(i+4) STUB(i+5) STUB(i+6) STUB(i+7)
#define STUB64(i) STUB8(i) STUB8(i+8) STUB8(i+16) STUB8(i+24) STUB8(i+32) STUB8(i+40) STUB8(i+48) STUB8(i+56)
#define STUB512(i) STUB64(i) STUB64(i+64) STUB64(i+128) STUB64(i+192) STUB64(i+256) STUB64(i+320) STUB64(i+384) STUB64(i+448)
#define STUB4K(i) STUB512(i) STUB512(i+512) STUB512(i+1024) STUB512(i+1536) STUB512(i+2048) STUB512(i+2560) STUB512(i+3072) STUB512(i+3584)

TEXT ·stubCode(SB), NOSPLIT|NOFRAME, $0-0
	STUB4K(0)
	STUB4K(4096)
	STUB4K(8192)
	STUB4K(12288)
	STUB4K(16384)
	STUB4K(20480)
	STUB4K(24576)
	STUB4K(28672)

DATA ·stubBase(SB)/8, $·stubCode(SB)
GLOBL ·stubBase(SB), NOPTR, $8

TEXT ·closureStub(SB), NOSPLIT|NOFRAME, $0-0
	MOVD 8(R26), R26
	MOVD (R26), R27
	JMP (R27)

DATA ·closureCode(SB)/8, $·closureStub(SB)
GLOBL ·closureCode(SB), NOPTR, $8

// func Goroutine() uintptr
TEXT ·Goroutine(SB), NOSPLIT, $0-8
	MOVD g, ret+0(FP)
	RET

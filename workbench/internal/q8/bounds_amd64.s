#include "textflag.h"

// Sixteen 16-bit ones.
DATA ones<>+0(SB)/8, $0x0001000100010001
DATA ones<>+8(SB)/8, $0x0001000100010001
DATA ones<>+16(SB)/8, $0x0001000100010001
DATA ones<>+24(SB)/8, $0x0001000100010001
GLOBL ones<>(SB), RODATA|NOPTR, $32

// func boundsVNNI(codes *int8, groups int, query *uint8, offset *int32, scale, err, norm *float32, t, length, slack float32, panels int, bounds *float32)
TEXT ·boundsVNNI(SB), NOSPLIT, $0-88
	MOVQ codes+0(FP), SI
	MOVQ groups+8(FP), CX
	MOVQ query+16(FP), BX
	MOVQ offset+24(FP), R8
	MOVQ scale+32(FP), R9
	MOVQ err+40(FP), R10
	MOVQ norm+48(FP), R11
	VBROADCASTSS t+56(FP), Z10
	VBROADCASTSS length+60(FP), Z11
	VBROADCASTSS slack+64(FP), Z12
	MOVQ panels+72(FP), R12
	MOVQ bounds+80(FP), DI
nextPanel:
	VMOVDQU32 (R8), Z0
	VPXORQ Z1, Z1, Z1
	XORQ DX, DX
	MOVQ CX, AX
nextPair: // two groups of four components at a time, in two sums
	SUBQ $2, AX
	JL   last
	VPBROADCASTD (BX)(DX*4), Z2
	VPBROADCASTD 4(BX)(DX*4), Z3
	VPDPBUSD (SI), Z2, Z0
	VPDPBUSD 64(SI), Z3, Z1
	ADDQ $128, SI
	ADDQ $2, DX
	JMP  nextPair
last:
	ADDQ $2, AX
	JZ   sum
	VPBROADCASTD (BX)(DX*4), Z2
	VPDPBUSD (SI), Z2, Z0
	ADDQ $64, SI
sum:
	VPADDD Z1, Z0, Z0
	VCVTDQ2PS Z0, Z0
	VMULPS (R9), Z0, Z0
	VMULPS (R10), Z11, Z1
	VFMADD231PS (R11), Z12, Z1
	VFMADD213PS Z1, Z10, Z0
	VMOVUPS Z0, (DI)
	ADDQ $64, R8
	ADDQ $64, R9
	ADDQ $64, R10
	ADDQ $64, R11
	ADDQ $64, DI
	DECQ R12
	JNZ  nextPanel
	VZEROUPPER
	RET

// func boundsAVX2(codes *int8, groups int, query *int8, offset *int32, scale, err, norm *float32, t, length, slack float32, panels int, bounds *float32)
TEXT ·boundsAVX2(SB), NOSPLIT, $0-88
	MOVQ codes+0(FP), SI
	MOVQ groups+8(FP), CX
	MOVQ query+16(FP), BX
	MOVQ scale+32(FP), R9
	MOVQ err+40(FP), R10
	MOVQ norm+48(FP), R11
	VBROADCASTSS t+56(FP), Y10
	VBROADCASTSS length+60(FP), Y11
	VBROADCASTSS slack+64(FP), Y12
	VMOVDQU ones<>(SB), Y13
	MOVQ panels+72(FP), R12
	MOVQ bounds+80(FP), DI
panel2:
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	XORQ DX, DX
group2: // |code| · (query with the code's sign): no sum of two leaves 16 bits
	VPBROADCASTD (BX)(DX*4), Y2
	VMOVDQU (SI), Y3
	VMOVDQU 32(SI), Y4
	VPABSB Y3, Y5
	VPABSB Y4, Y6
	VPSIGNB Y3, Y2, Y3
	VPSIGNB Y4, Y2, Y4
	VPMADDUBSW Y3, Y5, Y5
	VPMADDUBSW Y4, Y6, Y6
	VPMADDWD Y13, Y5, Y5
	VPMADDWD Y13, Y6, Y6
	VPADDD Y5, Y0, Y0
	VPADDD Y6, Y1, Y1
	ADDQ $64, SI
	INCQ DX
	CMPQ DX, CX
	JLT  group2
	VCVTDQ2PS Y0, Y0
	VCVTDQ2PS Y1, Y1
	VMULPS (R9), Y0, Y0
	VMULPS 32(R9), Y1, Y1
	VMULPS (R10), Y11, Y2
	VMULPS 32(R10), Y11, Y3
	VFMADD231PS (R11), Y12, Y2
	VFMADD231PS 32(R11), Y12, Y3
	VFMADD213PS Y2, Y10, Y0
	VFMADD213PS Y3, Y10, Y1
	VMOVUPS Y0, (DI)
	VMOVUPS Y1, 32(DI)
	ADDQ $64, R9
	ADDQ $64, R10
	ADDQ $64, R11
	ADDQ $64, DI
	DECQ R12
	JNZ  panel2
	VZEROUPPER
	RET

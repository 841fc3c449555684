package f32

import "math"

// FromHalf converts IEEE float16 bits to float32, exactly. It panics if the
// lengths differ.
func FromHalf(dst []float32, src []uint16) {
	if len(dst) != len(src) {
		panic("f32: lengths differ")
	}
	for i := active.fromHalfBlocks(dst, src); i < len(src); i++ {
		dst[i] = halfToFloat(src[i])
	}
}

// ToHalf converts float32 to IEEE float16 bits, rounding to nearest even;
// what is too large becomes infinite. It panics if the lengths differ.
func ToHalf(dst []uint16, src []float32) {
	if len(dst) != len(src) {
		panic("f32: lengths differ")
	}
	for i := active.toHalfBlocks(dst, src); i < len(src); i++ {
		dst[i] = floatToHalf(src[i])
	}
}

// FromBfloat converts bfloat16 bits, the upper half of a float32, to float32.
func FromBfloat(dst []float32, src []uint16) {
	if len(dst) != len(src) {
		panic("f32: lengths differ")
	}
	for i, h := range src {
		dst[i] = math.Float32frombits(uint32(h) << 16)
	}
}

// halfToFloat widens one float16; a signalling NaN becomes quiet, as in VCVTPH2PS.
func halfToFloat(h uint16) float32 {
	sign, exp, frac := uint32(h)>>15<<31, uint32(h)>>10&31, uint32(h)&0x3ff
	switch {
	case exp == 31 && frac != 0:
		return math.Float32frombits(sign | 0x7fc00000 | frac<<13)
	case exp == 31:
		return math.Float32frombits(sign | 0x7f800000)
	case exp == 0: // zero or subnormal: frac · 2⁻²⁴
		return math.Float32frombits(sign | math.Float32bits(float32(frac)*0x1p-24))
	}
	return math.Float32frombits(sign | (exp+112)<<23 | frac<<13)
}

// floatToHalf narrows one float32 as VCVTPS2PH does.
func floatToHalf(f float32) uint16 {
	b := math.Float32bits(f)
	sign, mag := uint16(b>>16&0x8000), b&0x7fffffff
	switch {
	case mag > 0x7f800000: // NaN stays NaN, quiet
		return sign | 0x7e00 | uint16(mag>>13&0x3ff)
	case mag >= 0x477ff000: // 65520 and above
		return sign | 0x7c00
	case mag < 0x38800000: // below 2⁻¹⁴: a multiple of 2⁻²⁴
		return sign | uint16(math.RoundToEven(float64(math.Float32frombits(mag))*0x1p24))
	}
	mag += 0xfff + mag>>13&1 // nearest even on the 13 bits cut off
	return sign | uint16((mag-0x38000000)>>13)
}

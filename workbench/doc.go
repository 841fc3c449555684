// Package workbench finds the k items a cross-encoder would rank highest for a
// query while calling it a few hundred times instead of once per item.
package workbench

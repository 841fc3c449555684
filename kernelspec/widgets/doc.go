// Package widgets puts sliders, choices, buttons and what follows them on the page of a
// notebook: cells import it as "axn/kernelspec/widgets", or as "widgets".
//
//	widgets.Interact(func(budget int, system string) any {
//		return plots[system][budget]
//	}, widgets.NewIntSlider("budget", widgets.Ints{Min: 100, Max: 500, Step: 100}),
//		widgets.NewDropdown("system", "calibrated", "retrieve and rerank"))
//
// A widget that is the value of a cell, or that display.Show is given, is shown. Its model
// lives in the kernel, so cells read and set its value at any time; what its callbacks print,
// show or panic with stands below it. Front ends that know the widgets of Jupyter
// (ipywidgets' protocol 2.1.0 and its models 2.0.0) draw it: JupyterLab, Notebook and VS Code
// with the extension jupyterlab_widgets or their own, Voila. All others show the first
// picture, and what the controls were set to.
//
// Callbacks for front ends run one after the other, also while a cell runs; as with goroutines,
// what both change needs a lock. Those that Set and SetValue call in a cell are part of the cell:
// they run at once, perhaps beside one for a front end. The interrupt button stops all of them.
package widgets

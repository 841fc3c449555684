package display

import "fmt"

type MIMEMap = map[string]interface{}
type Data = struct {
	Data      MIMEMap
	Metadata  MIMEMap
	Transient MIMEMap
}
type HTMLer = interface{ HTML() string }
type JSONer = interface{ JSON() map[string]interface{} }
type Host interface {
	Display(d Data) error
	Data(v any) Data
	ClearOutput(wait bool)
}

var host Host

func Use(h Host) { host = h }

func Show(v any) error { return host.Display(host.Data(v)) }
func ShowAs(id string, v any) error {
	d := host.Data(v)
	d.Transient = MIMEMap{"display_id": id}
	return host.Display(d)
}
func Update(id string, v any) error {
	d := host.Data(v)
	d.Transient = MIMEMap{"update": id}
	return host.Display(d)
}
func ClearOutput(wait bool) { host.ClearOutput(wait) }
func CanRender(v any) bool {
	switch v.(type) {
	case HTMLer, JSONer:
		return true
	}
	return false
}
func Auto(v any) Data {
	switch v := v.(type) {
	case HTMLer:
		return MakeData("text/html", v.HTML())
	case JSONer:
		return MakeData("application/json", v.JSON())
	}
	return MakeData("text/plain", v)
}
func MakeData(mime string, data interface{}) Data {
	return Data{Data: MIMEMap{mime: data, "text/plain": fmt.Sprint(data)}}
}
func HTML(s string) Data { return MakeData("text/html", s) }
func Markdown(s string) Data { return MakeData("text/markdown", s) }
func Latex(s string) Data { return MakeData("text/latex", s) }
func SVG(s string) Data { return MakeData("image/svg+xml", s) }
func JavaScript(s string) Data { return MakeData("application/javascript", s) }
func JSON(m map[string]interface{}) Data { return MakeData("application/json", m) }

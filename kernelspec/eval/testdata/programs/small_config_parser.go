// Reading an INI text into structs by reflection, with defaults from tags.
package main

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

type Config struct {
	Name    string        `ini:"name" default:"none"`
	Port    int           `ini:"port" default:"80"`
	Debug   bool          `ini:"debug"`
	Timeout time.Duration `ini:"timeout" default:"1s"`
	Hosts   []string      `ini:"hosts"`
	private int
}

func set(v reflect.Value, s string) error {
	switch v.Interface().(type) {
	case time.Duration:
		d, err := time.ParseDuration(s)
		v.SetInt(int64(d))
		return err
	case []string:
		v.Set(reflect.ValueOf(strings.Split(s, ",")))
		return nil
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Int:
		n, err := strconv.Atoi(s)
		v.SetInt(int64(n))
		return err
	case reflect.Bool:
		b, err := strconv.ParseBool(s)
		v.SetBool(b)
		return err
	}
	return nil
}

func Parse(text string, into any) error {
	v := reflect.ValueOf(into).Elem()
	byName := map[string]reflect.Value{}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if name, ok := f.Tag.Lookup("ini"); ok {
			byName[name] = v.Field(i)
			if def := f.Tag.Get("default"); def != "" {
				if err := set(v.Field(i), def); err != nil {
					return err
				}
			}
		}
	}
	for i, line := range strings.Split(text, "\n") {
		k, val, ok := strings.Cut(line, "=")
		if !ok {
			continue
		}
		f, ok := byName[strings.TrimSpace(k)]
		if !ok {
			return fmt.Errorf("line %d: unknown %q", i+1, strings.TrimSpace(k))
		}
		if err := set(f, strings.TrimSpace(val)); err != nil {
			return fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	return nil
}

func main() {
	var c Config
	fmt.Println(Parse("port = 8080\ndebug=true\nhosts=a,b\ntimeout=2m", &c))
	fmt.Printf("%+v\n", c)
	fmt.Println(Parse("port = x", &c))
	fmt.Println(Parse("colour = red", &c))
}

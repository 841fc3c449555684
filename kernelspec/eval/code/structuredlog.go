package code

import (
	"context"
	"io"
	"log/slog"
	"runtime"
	"time"

	"axn/kernelspec/compiled"
)

func init() {
	funcs := map[string]any{
		"NewRecord":       newRecord,
		"(Record).Source": recordSource,
		"NewTextHandler": func(w io.Writer, o *slog.HandlerOptions) *slog.TextHandler {
			return slog.NewTextHandler(w, withPlace(o))
		},
		"NewJSONHandler": func(w io.Writer, o *slog.HandlerOptions) *slog.JSONHandler {
			return slog.NewJSONHandler(w, withPlace(o))
		},
		"Log": func(ctx context.Context, level slog.Level, msg string, args ...any) {
			logRecord(slog.Default(), ctx, level, msg, args)
		},
		"LogAttrs": func(ctx context.Context, level slog.Level, msg string, attrs ...slog.Attr) {
			logRecord(slog.Default(), ctx, level, msg, attrs)
		},
		"(*Logger).Log": func(l *slog.Logger, ctx context.Context, level slog.Level, msg string, args ...any) {
			logRecord(l, ctx, level, msg, args)
		},
		"(*Logger).LogAttrs": func(l *slog.Logger, ctx context.Context, level slog.Level, msg string, attrs ...slog.Attr) {
			logRecord(l, ctx, level, msg, attrs)
		},
	}
	for name, level := range map[string]slog.Level{"Debug": slog.LevelDebug, "Info": slog.LevelInfo, "Warn": slog.LevelWarn, "Error": slog.LevelError} {
		funcs[name] = func(msg string, args ...any) { logRecord(slog.Default(), context.Background(), level, msg, args) }
		funcs[name+"Context"] = func(ctx context.Context, msg string, args ...any) { logRecord(slog.Default(), ctx, level, msg, args) }
		funcs["(*Logger)."+name] = func(l *slog.Logger, msg string, args ...any) { logRecord(l, context.Background(), level, msg, args) }
		funcs["(*Logger)."+name+"Context"] = func(l *slog.Logger, ctx context.Context, msg string, args ...any) {
			logRecord(l, ctx, level, msg, args)
		}
	}
	compiled.Extend("log/slog", funcs)
}

// logRecord is what the functions of slog do, with the place in the cell as the record's.
func logRecord[T []any | []slog.Attr](l *slog.Logger, ctx context.Context, level slog.Level, msg string, with T) {
	if ctx == nil {
		ctx = context.Background()
	}
	if !l.Enabled(ctx, level) {
		return
	}
	var pc uintptr
	if th := currentThread(); th == nil {
		var pcs [1]uintptr
		runtime.Callers(3, pcs[:])
		pc = pcs[0]
	} else if p, ok := th.callerOutside(func(*Func) bool { return false }); ok {
		pc = counterOf(p)
	}
	r := newRecord(time.Now(), level, msg, pc)
	switch with := any(with).(type) {
	case []any:
		r.Add(with...)
	case []slog.Attr:
		r.AddAttrs(with...)
	}
	l.Handler().Handle(ctx, r)
}

// newRecord notes the place of a record: compiled handlers cannot tell what its counter means.
func newRecord(t time.Time, level slog.Level, msg string, pc uintptr) slog.Record {
	if th := currentThread(); th != nil {
		th.recorded, _ = placeOf(pc)
	}
	return slog.NewRecord(t, level, msg, pc)
}

func recordSource(r slog.Record) *slog.Source {
	if p, ok := placeOf(r.PC); ok {
		return p.source()
	}
	return r.Source()
}

func (p Place) source() *slog.Source {
	f := p.frame()
	return &slog.Source{Function: f.Function, File: f.File, Line: f.Line}
}

// withPlace lets a handler tell the place in a cell as the source of a record.
func withPlace(o *slog.HandlerOptions) *slog.HandlerOptions {
	if o == nil || !o.AddSource {
		return o
	}
	own, replace := *o, o.ReplaceAttr
	own.ReplaceAttr = func(groups []string, a slog.Attr) slog.Attr {
		if th := currentThread(); th != nil && th.recorded.fn != nil && len(groups) == 0 && a.Key == slog.SourceKey {
			if s, ok := a.Value.Any().(*slog.Source); ok && s.File == "" {
				a.Value = slog.AnyValue(th.recorded.source())
			}
		}
		if replace != nil {
			a = replace(groups, a)
		}
		return a
	}
	return &own
}

// Command serve answers searches over HTTP: see package serving for what it answers, and run
// it with -h for its flags.
//
//	go run ./workbench/serve -data FOLDER -index FILE -cross-encoder FOLDER -dual-encoder FOLDER
//
// It serves what the files hold: when the index or the texts are replaced, it opens the new
// ones and puts them in place without dropping a request. On SIGINT or SIGTERM it ends when
// the searches under way are answered.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"axn/workbench/serving"
)

func main() {
	log.SetFlags(log.LstdFlags | log.Lmsgprefix)
	log.SetPrefix("serve: ")
	s, err := parse(os.Args[1:], os.Stderr)
	if errors.Is(err, errUsage) {
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var l net.Listener
	if err == nil {
		l, err = net.Listen("tcp", s.Listen)
	}
	if err == nil {
		err = run(ctx, s, l)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// run serves at l until ctx ends and the searches under way are answered.
func run(ctx context.Context, s *settings, l net.Listener) error {
	seen := s.stamp()
	m, err := s.models()
	if err != nil {
		return err
	}
	corpus, err := s.open(ctx, m)
	if err != nil {
		return err
	}
	h, err := serving.SearchHandler(corpus, s.options())
	if err != nil {
		return err
	}
	go s.watch(ctx, seen, func(ctx context.Context) {
		next, err := s.open(ctx, m)
		if err == nil {
			if err = h.Swap(next); err != nil {
				next.Retired()
			}
		}
		if err != nil {
			log.Printf("new files are not taken, the old ones stay: %v", err)
			return
		}
		log.Printf("now serving %s", next.Index)
	})
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, WriteTimeout: time.Duration(s.Timeout) + time.Minute}
	ended := make(chan error, 1)
	go func() {
		<-ctx.Done()
		log.Printf("ending; searches under way have %v", s.Grace)
		h.Close()
		time.Sleep(time.Duration(s.Drain)) // until those who ask for /healthz have seen it
		grace, cancel := context.WithTimeout(context.Background(), time.Duration(s.Grace))
		defer cancel()
		ended <- errors.Join(server.Shutdown(grace), server.Close())
	}()
	log.Printf("serving %s on http://%s", corpus.Index, l.Addr())
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	return <-ended
}

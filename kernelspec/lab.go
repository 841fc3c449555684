package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"time"
)

// serverTime is how long JupyterLab may take to answer.
const serverTime = 2 * time.Minute

// lab opens JupyterLab on a folder, with the kernel built and registered. Without one it is the
// module's, so that links from the notebooks to other documents lead somewhere.
func lab(ctx context.Context, args []string) error {
	fs := flags("lab")
	port := fs.Int("port", 8888, "`port`, or the next free one")
	noBrowser := fs.Bool("no-browser", false, "print the address only")
	token := fs.String("token", "", "`token` that opens the server (default: a random one)")
	if err := fs.Parse(args); err != nil {
		return err
	}
	k, err := kernel()
	if err != nil {
		return err
	}
	dir := k.Root
	if fs.NArg() > 0 {
		dir = fs.Arg(0)
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return fmt.Errorf("lab: %s is not a folder", dir)
	}
	// The kernel is built while JupyterLab is fetched and starts.
	built := make(chan error, 1)
	go func() { built <- compile(k) }()
	jupyter, err := jupyterLab(ctx)
	if err != nil {
		return err
	}
	if *token == "" {
		*token = rand.Text()
	}
	s, err := startServer(ctx, jupyter, dir, *port, *token)
	if err != nil {
		return err
	}
	defer s.stop()
	if err := <-built; err != nil {
		return err
	}
	kernelDir, err := userKernels()
	if err == nil {
		err = installIn(k, kernelDir)
	}
	if err == nil {
		err = s.ready(ctx)
	}
	if err != nil {
		return err
	}
	fmt.Printf("JupyterLab with the kernel %q:\n\n    %s\n\nStop it with Ctrl-C.\n", displayName, s.url())
	if !*noBrowser {
		openBrowser(s.url())
	}
	return s.wait(ctx)
}

// server is a JupyterLab process.
type server struct {
	cmd   *exec.Cmd
	port  int
	token string
	page  string // that is shown first, as the path of an address; empty: a launcher
	ended chan error
}

func startServer(ctx context.Context, jupyter, dir string, port int, token string) (*server, error) {
	port, err := freePort(port)
	if err != nil {
		return nil, err
	}
	args := []string{"--no-browser", "--ip=127.0.0.1", "--port=" + strconv.Itoa(port), "--ServerApp.port_retries=0", "--ServerApp.root_dir=" + dir, "--LabApp.log_level=WARN", "--ServerApp.log_level=WARN"}
	if os.Geteuid() == 0 {
		args = append(args, "--allow-root")
	}
	s := &server{cmd: exec.Command(jupyter, args...), port: port, token: token, page: firstPage(dir), ended: make(chan error, 1)}
	s.cmd.Env = append(os.Environ(), "JUPYTER_TOKEN="+token)
	if s.page != "" {
		s.cmd.Env = append(s.cmd.Env, "AXN_DOCS=/lab"+s.page) // the kernel's help menu leads there
	}
	s.cmd.Stderr = os.Stderr
	ownGroup(s.cmd)
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", jupyter, err)
	}
	go func() { s.ended <- s.cmd.Wait() }()
	return s, nil
}

// firstPage is the page of the course in a folder, or else of the folder.
func firstPage(dir string) string {
	for _, name := range []string{"notebooks/README.md", "README.md"} {
		if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(name))); err == nil {
			return "/tree/" + name
		}
	}
	return ""
}

// freePort returns the first free port from port on.
func freePort(port int) (int, error) {
	for p := port; p < port+100; p++ {
		l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(p))
		if err == nil {
			l.Close()
			return p, nil
		}
	}
	return 0, fmt.Errorf("lab: no free port from %d to %d", port, port+99)
}

func (s *server) url() string {
	return fmt.Sprintf("http://127.0.0.1:%d/lab%s?token=%s", s.port, s.page, s.token)
}

// ready waits until the server answers.
func (s *server) ready(ctx context.Context) error {
	url := fmt.Sprintf("http://127.0.0.1:%d/api", s.port)
	for start := time.Now(); time.Since(start) < serverTime; {
		if resp, err := http.Get(url); err == nil {
			resp.Body.Close()
			if resp.StatusCode < 500 {
				return nil
			}
		}
		select {
		case err := <-s.ended:
			return fmt.Errorf("JupyterLab ended at its start: %v", err)
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
	return errors.New("JupyterLab does not answer")
}

// wait waits until the server ends or the user ends it.
func (s *server) wait(ctx context.Context) error {
	select {
	case err := <-s.ended:
		return err
	case <-ctx.Done():
		return nil
	}
}

// stop ends the server and with it its kernels.
func (s *server) stop() {
	if s.cmd.ProcessState != nil {
		return
	}
	terminate(s.cmd.Process)
	select {
	case <-s.ended:
	case <-time.After(10 * time.Second):
		s.cmd.Process.Kill()
	}
}

// openBrowser shows a page, if there is a screen.
func openBrowser(url string) {
	opener := "xdg-open"
	switch {
	case runtime.GOOS == "darwin":
		opener = "open"
	case runtime.GOOS == "windows":
		opener = "explorer"
	case os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "":
		return
	}
	exec.Command(opener, url).Start()
}

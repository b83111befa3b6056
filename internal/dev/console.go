package main

import (
	"fmt"
	"io"
	"time"
)

// console prints one line per step, with how long it took.
type console struct {
	w   io.Writer
	now func() time.Time
}

func newConsole(w io.Writer) *console { return &console{w: w, now: time.Now} }

func (c *console) line(format string, args ...any) {
	_, _ = fmt.Fprintf(c.w, format+"\n", args...) // a closed terminal is no reason to stop
}

// progress prints a line that belongs to a step under way.
func (c *console) progress(line string) { c.line("  %s", line) }

// step does something and prints what is reached, which do returns, with its time.
func (c *console) step(do func() (reached string, err error)) error {
	began := c.now()
	reached, err := do()
	if err != nil {
		return err
	}
	c.line("%s in %s", reached, seconds(c.now().Sub(began)))
	return nil
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }

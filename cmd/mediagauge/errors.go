package main

import "fmt"

func errOutput(o string) error { return fmt.Errorf("output %q: want json or table", o) }

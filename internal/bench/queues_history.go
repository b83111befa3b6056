package main

import "context"

func (q *queues) history(context.Context) error { return nil }

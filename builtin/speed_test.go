package builtin

import (
	"bytes"
	"testing"
)

func BenchmarkClassifyAndEmbed(b *testing.B) {
	m := model(b)
	text := "Hi @shop, my order 4471 is still not here after two weeks and nobody answers my mails. Can somebody please help? 😡 #fail"
	b.ReportAllocs()
	for b.Loop() {
		m.Classify(text)
		m.Embed(text)
	}
}

func BenchmarkLongText(b *testing.B) {
	m := model(b)
	text := string(bytes.Repeat([]byte("word after word after word. "), 4000))
	for b.Loop() {
		m.Classify(text)
		m.Embed(text)
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := Decode(bytes.NewReader(embedded)); err != nil {
			b.Fatal(err)
		}
	}
}

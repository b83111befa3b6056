package builtin

import "testing"

func BenchmarkClassifyAndEmbed(b *testing.B) {
	m := model(b)
	text := "Hi @shop, my order 4471 is still not here after two weeks and nobody answers my mails. Can somebody please help? 😡 #fail"
	b.ReportAllocs()
	for b.Loop() {
		m.Classify(text)
		m.Embed(text)
	}
}

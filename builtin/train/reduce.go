package train

import (
	"math"
	"math/rand/v2"
	"sort"
)

// sparse is a matrix by rows: row r holds value[i] in column at[i] for i from
// starts[r] to starts[r+1].
type sparse struct {
	rows, columns int
	starts        []int
	at            []uint32
	value         []float32
}

// times returns the product with x, which has k numbers for each column.
func (a *sparse) times(x []float32, k int) []float32 {
	y := make([]float32, a.rows*k)
	for r := range a.rows {
		out := y[r*k : r*k+k]
		for i := a.starts[r]; i < a.starts[r+1]; i++ {
			v := a.value[i]
			for c, w := range x[int(a.at[i])*k:][:k] {
				out[c] += v * w
			}
		}
	}
	return y
}

// transposedTimes returns the product of the transposed matrix with x, which has k
// numbers for each row.
func (a *sparse) transposedTimes(x []float32, k int) []float32 {
	y := make([]float32, a.columns*k)
	for r := range a.rows {
		in := x[r*k : r*k+k]
		for i := a.starts[r]; i < a.starts[r+1]; i++ {
			v := a.value[i]
			out := y[int(a.at[i])*k:][:k]
			for c, w := range in {
				out[c] += v * w
			}
		}
	}
	return y
}

// reduce returns dims numbers for each row of a: the leading left singular vectors,
// each scaled by the root of its singular value. It is the randomised method with
// power iterations (Halko, Martinsson and Tropp 2011).
func reduce(a *sparse, dims int, seed uint64) []float32 {
	k := dims + 16
	rng := rand.New(rand.NewPCG(seed, 0x7370616365))
	x := make([]float32, a.columns*k)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	var y []float32
	for round := range 4 {
		if round > 0 {
			orthonormal(x, a.columns, k)
		}
		y = a.times(x, k)
		orthonormal(y, a.rows, k)
		x = a.transposedTimes(y, k)
	}
	values, rotation := eigen(gram(x, a.columns, k))
	out := make([]float32, a.rows*dims)
	for r := range a.rows {
		in := y[r*k : r*k+k]
		for d := range dims {
			sum := 0.0
			for c, v := range in {
				sum += float64(v) * rotation[c][d]
			}
			out[r*dims+d] = float32(sum * math.Sqrt(math.Sqrt(max(0, values[d]))))
		}
	}
	return out
}

// gram returns the products of all pairs of columns of x.
func gram(x []float32, rows, k int) [][]float64 {
	g := make([][]float64, k)
	for i := range g {
		g[i] = make([]float64, k)
	}
	for r := range rows {
		in := x[r*k : r*k+k]
		for i, v := range in {
			for j := i; j < k; j++ {
				g[i][j] += float64(v) * float64(in[j])
			}
		}
	}
	for i := range g {
		for j := range i {
			g[i][j] = g[j][i]
		}
	}
	return g
}

// orthonormal makes the k columns of x perpendicular and of unit length, twice over
// for the sake of rounding (Gram and Schmidt, modified).
func orthonormal(x []float32, rows, k int) {
	columns := make([][]float32, k)
	for c := range columns {
		columns[c] = make([]float32, rows)
		for r := range rows {
			columns[c][r] = x[r*k+c]
		}
	}
	for c, col := range columns {
		for range 2 {
			for _, before := range columns[:c] {
				along := float32(dot(before, col))
				for r, v := range before {
					col[r] -= along * v
				}
			}
		}
		scale := float32(1 / math.Sqrt(dot(col, col)+1e-20))
		for r := range col {
			col[r] *= scale
		}
	}
	for c, col := range columns {
		for r, v := range col {
			x[r*k+c] = v
		}
	}
}

func dot(a, b []float32) float64 {
	sum := 0.0
	for i, v := range a {
		sum += float64(v) * float64(b[i])
	}
	return sum
}

// eigen returns the eigenvalues of the symmetric matrix a, largest first, and its
// eigenvectors as columns (Jacobi 1846). It changes a.
func eigen(a [][]float64) (values []float64, vectors [][]float64) {
	n := len(a)
	v := make([][]float64, n)
	for i := range v {
		v[i] = make([]float64, n)
		v[i][i] = 1
	}
	for range 12 {
		for p := range n {
			for q := p + 1; q < n; q++ {
				rotate(a, v, p, q)
			}
		}
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(i, j int) bool { return a[order[i]][order[i]] > a[order[j]][order[j]] })
	vectors = make([][]float64, n)
	for i := range vectors {
		vectors[i] = make([]float64, n)
		for d, from := range order {
			vectors[i][d] = v[i][from]
		}
	}
	for _, i := range order {
		values = append(values, a[i][i])
	}
	return values, vectors
}

// rotate makes a[p][q] zero and keeps the turn in v.
func rotate(a, v [][]float64, p, q int) {
	if math.Abs(a[p][q]) < 1e-12 {
		return
	}
	theta := (a[q][q] - a[p][p]) / (2 * a[p][q])
	t := math.Copysign(1/(math.Abs(theta)+math.Sqrt(theta*theta+1)), theta)
	c := 1 / math.Sqrt(t*t+1)
	s := t * c
	for k := range a {
		a[k][p], a[k][q] = c*a[k][p]-s*a[k][q], s*a[k][p]+c*a[k][q]
	}
	for k := range a {
		a[p][k], a[q][k] = c*a[p][k]-s*a[q][k], s*a[p][k]+c*a[q][k]
	}
	for k := range v {
		v[k][p], v[k][q] = c*v[k][p]-s*v[k][q], s*v[k][p]+c*v[k][q]
	}
}

// database/sql over a driver written here: an in-memory table behind the driver interfaces.
package main

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

type mem struct{ rows [][]driver.Value }
type conn struct{ m *mem }
type stmt struct {
	m *mem
	q string
}
type rows struct {
	m *mem
	i int
}
type result int64

func (m *mem) Open(string) (driver.Conn, error) { return &conn{m}, nil }
func (c *conn) Prepare(q string) (driver.Stmt, error) {
	if q == "" {
		return nil, errors.New("empty query")
	}
	return &stmt{c.m, q}, nil
}
func (c *conn) Close() error              { return nil }
func (c *conn) Begin() (driver.Tx, error) { return nil, errors.New("no transactions") }
func (s *stmt) Close() error              { return nil }
func (s *stmt) NumInput() int             { return strings.Count(s.q, "?") }
func (s *stmt) Exec(a []driver.Value) (driver.Result, error) {
	s.m.rows = append(s.m.rows, slices.Clone(a))
	return result(len(s.m.rows)), nil
}
func (s *stmt) Query([]driver.Value) (driver.Rows, error) { return &rows{m: s.m}, nil }
func (r result) LastInsertId() (int64, error)             { return int64(r), nil }
func (r result) RowsAffected() (int64, error)             { return 1, nil }
func (r *rows) Columns() []string                         { return []string{"id", "name"} }
func (r *rows) Close() error                              { return nil }
func (r *rows) Next(dest []driver.Value) error {
	if r.i == len(r.m.rows) {
		return io.EOF
	}
	copy(dest, r.m.rows[r.i])
	r.i++
	return nil
}

type Name string

func (n *Name) Scan(v any) error            { *n = Name("<" + fmt.Sprint(v) + ">"); return nil }
func (n Name) Value() (driver.Value, error) { return strings.Trim(string(n), "<>"), nil }

func main() {
	name := fmt.Sprintf("mem%d", len(sql.Drivers()))
	sql.Register(name, &mem{})
	db, err := sql.Open(name, "")
	fmt.Println(err)
	defer db.Close()
	for i, n := range []Name{"<ann>", "bob"} {
		res, err := db.Exec("insert ?, ?", i, n)
		id, _ := res.LastInsertId()
		fmt.Println(id, err)
	}
	rs, err := db.Query("select")
	for rs.Next() {
		var id int
		var n Name
		fmt.Println(rs.Scan(&id, &n), id, n)
	}
	fmt.Println(rs.Err(), err)
	var s sql.NullString
	var x sql.Null[int64]
	fmt.Println(db.QueryRow("select").Scan(&x, &s), x.V, s.String, s.Valid)
	_, err = db.Exec("insert ?", 1, 2)
	fmt.Println(err)
	_, err = db.Begin()
	fmt.Println(err)
}

package fake

import (
	"fmt"
	"math/rand"
	"strconv"
	"strings"
	"syscall"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/sys"
)

// Rules are data, so that a test says in one line what goes wrong, and prints it when it fails:
//
//	(fault [number] condition...)
//
//	(short 3 (Op write))           every write moves at most 3 bytes
//	(io (OnIndex 2))               the third request fails with EIO
//	(enospc (Op write) (Every 4))  every fourth write fails with ENOSPC
//	(eintr (Op read) (First 2))    the first two reads are interrupted
//	(delay 2 (Op sync))            a sync completes only after two more reaps
//	(hold (Op read))               reads stay in flight until released or cancelled
//
// Conditions are tried from left to right; those that count (OnIndex, Every, First) count what has met the ones before
// them. Every rule that applies takes effect; of several errors the first.
type Rule struct {
	fault      string
	number     int64 // of short and delay
	conditions []condition
}

type condition struct {
	name   string
	text   string // of Op
	number int64
	seen   int64 // requests that have come as far as this condition
}

// faultErrnos are the faults that are errors.
var faultErrnos = map[string]sys.Errno{
	"acces":    sys.Errno(syscall.EACCES),
	"again":    sys.EAGAIN,
	"badf":     sys.EBADF,
	"busy":     sys.Errno(syscall.EBUSY),
	"canceled": sys.ECANCELED,
	"dquot":    sys.Errno(syscall.EDQUOT),
	"eintr":    sys.EINTR,
	"enospc":   sys.ENOSPC,
	"fbig":     sys.Errno(syscall.EFBIG),
	"inval":    sys.EINVAL,
	"io":       sys.EIO,
	"isdir":    sys.EISDIR,
	"mfile":    sys.Errno(syscall.EMFILE),
	"nfile":    sys.Errno(syscall.ENFILE),
	"nodev":    sys.Errno(syscall.ENODEV),
	"nomem":    sys.ENOMEM,
	"nosys":    sys.ENOSYS,
	"notsup":   sys.ENOTSUP,
	"nxio":     sys.Errno(syscall.ENXIO),
	"overflow": sys.Errno(syscall.EOVERFLOW),
	"perm":     sys.EPERM,
	"pipe":     sys.Errno(syscall.EPIPE),
	"rofs":     sys.Errno(syscall.EROFS),
	"txtbsy":   sys.Errno(syscall.ETXTBSY),
}

var opNames = map[string]backend.Op{
	"call":     backend.OpCall,
	"close":    backend.OpClose,
	"datasync": backend.OpDatasync,
	"open":     backend.OpOpen,
	"read":     backend.OpRead,
	"stat":     backend.OpStat,
	"sync":     backend.OpSync,
	"truncate": backend.OpTruncate,
	"write":    backend.OpWrite,
}

// String is the form that ParseRules reads.
func (r *Rule) String() string {
	var b strings.Builder
	b.WriteString("(" + r.fault)
	if r.fault == "short" || r.fault == "delay" {
		fmt.Fprintf(&b, " %d", r.number)
	}
	for _, c := range r.conditions {
		if c.name == "Op" {
			fmt.Fprintf(&b, " (Op %s)", c.text)
		} else {
			fmt.Fprintf(&b, " (%s %d)", c.name, c.number)
		}
	}
	b.WriteString(")")
	return b.String()
}

// applies tells whether the rule takes effect on a request, and counts it.
func (r *Rule) applies(request *backend.Request, random *rand.Rand) bool {
	for i := range r.conditions {
		c := &r.conditions[i]
		index := c.seen
		c.seen++
		met := false
		switch c.name {
		case "Op":
			met = request.Op == opNames[c.text]
		case "OnIndex":
			met = index == c.number
		case "First":
			met = index < c.number
		case "Every":
			met = index%c.number == c.number-1
		case "Offset":
			met = request.Offset == c.number
		case "Percent":
			met = random.Int63n(100) < c.number
		}
		if !met {
			return false
		}
	}
	return true
}

// ParseRules reads rules separated by white space.
func ParseRules(text string) ([]*Rule, error) {
	p := parser{text: text}
	var rules []*Rule
	for p.skip(); p.text != ""; p.skip() {
		rule, err := p.rule()
		if err != nil {
			return nil, fmt.Errorf("fault rule %d: %w", len(rules), err)
		}
		rules = append(rules, rule)
	}
	return rules, nil
}

type parser struct{ text string }

func (p *parser) skip() { p.text = strings.TrimLeft(p.text, " \t\r\n") }

func (p *parser) take(char byte) error {
	p.skip()
	if p.text == "" || p.text[0] != char {
		return fmt.Errorf("want %q before %q", char, p.text)
	}
	p.text = p.text[1:]
	return nil
}

func (p *parser) word() string {
	p.skip()
	end := strings.IndexAny(p.text, " \t\r\n()")
	if end < 0 {
		end = len(p.text)
	}
	word := p.text[:end]
	p.text = p.text[end:]
	return word
}

func (p *parser) count(of string, least int64) (int64, error) {
	word := p.word()
	number, err := strconv.ParseInt(word, 10, 64)
	if err != nil || number < least {
		return 0, fmt.Errorf("%s wants a number of at least %d, not %q", of, least, word)
	}
	return number, nil
}

func (p *parser) rule() (*Rule, error) {
	if err := p.take('('); err != nil {
		return nil, err
	}
	r := &Rule{fault: p.word()}
	var err error
	switch r.fault {
	case "short", "delay":
		r.number, err = p.count(r.fault, 1)
	case "hold":
	default:
		if _, known := faultErrnos[r.fault]; !known {
			err = fmt.Errorf("unknown fault %q", r.fault)
		}
	}
	for err == nil {
		p.skip()
		if strings.HasPrefix(p.text, ")") {
			p.text = p.text[1:]
			return r, nil
		}
		var c condition
		c, err = p.condition()
		r.conditions = append(r.conditions, c)
	}
	return nil, err
}

func (p *parser) condition() (condition, error) {
	if err := p.take('('); err != nil {
		return condition{}, err
	}
	c := condition{name: p.word()}
	var err error
	switch c.name {
	case "Op":
		c.text = p.word()
		if _, known := opNames[c.text]; !known {
			err = fmt.Errorf("unknown operation %q", c.text)
		}
	case "OnIndex", "First", "Offset", "Percent":
		c.number, err = p.count(c.name, 0)
	case "Every":
		c.number, err = p.count(c.name, 1)
	default:
		err = fmt.Errorf("unknown condition %q", c.name)
	}
	if err != nil {
		return c, err
	}
	return c, p.take(')')
}

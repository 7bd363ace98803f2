package phase

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"sirocco/agents/nomad/internal/host"
	"sirocco/agents/nomad/internal/payload"
)

// watchLease tells once the node's Nomad client has named no leader for longer than the lease: then a halt could not
// reach this node. Never where there is no lease.
func (s Scene) watchLease(ctx context.Context, p payload.Payload) <-chan struct{} {
	lost := make(chan struct{})
	if p.LeaseMs == 0 || p.Nomad.Addr == "" {
		return lost
	}
	every := max(min(p.Lease()/3, 5*time.Second), 50*time.Millisecond)
	client := &http.Client{Timeout: every, Transport: &http.Transport{TLSClientConfig: trust(p.Nomad.CA), Proxy: nil}}
	go func() {
		seen := host.Now()
		for {
			if hasLeader(ctx, client, p.Nomad.Addr) {
				seen = host.Now()
			}
			if seen.After(p.Lease()).Left() <= 0 {
				close(lost)
				return
			}
			select {
			case <-ctx.Done():
				return
			case <-time.After(every):
			}
		}
	}()
	return lost
}

func trust(ca string) *tls.Config {
	if ca == "" {
		return nil
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(ca))
	return &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
}

// hasLeader asks `/v1/status/leader`, which takes no token: an address of the leader, as JSON.
func hasLeader(ctx context.Context, client *http.Client, addr string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, addr+"/v1/status/leader", nil)
	if err != nil {
		return false
	}
	response, err := client.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, 4096))
	var leader string
	return err == nil && response.StatusCode == http.StatusOK && json.Unmarshal(text, &leader) == nil && leader != ""
}

package remote

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// DescribeInfo reads /info of text-embeddings-inference into s; kinds are the kinds of model that
// it names. Without the page found is false.
func (t Turn) DescribeInfo(ctx context.Context, s *Server, base *url.URL) (kinds map[string]json.RawMessage, found bool, err error) {
	var info struct {
		Model string                     `json:"model_id"`
		SHA   string                     `json:"model_sha"`
		Type  map[string]json.RawMessage `json:"model_type"`
		Batch int                        `json:"max_client_batch_size"`
	}
	if found, err = t.Page(ctx, base.JoinPath("info"), &info); !found || info.Model == "" {
		return nil, false, err
	}
	s.Batch, s.Served = max(info.Batch, 0), strings.TrimSpace(info.Model+" "+info.SHA)
	s.Identity = s.Served
	return info.Type, true, nil
}

// DescribeModels reads /v1/models of vLLM, and of others that follow OpenAI, into s: the model
// that s asks for, or the first. Without the page found is false.
func (t Turn) DescribeModels(ctx context.Context, s *Server, base *url.URL) (found bool, err error) {
	var models struct{ Data []struct{ ID string } }
	if found, err = t.Page(ctx, base.JoinPath("v1/models"), &models); !found || len(models.Data) == 0 {
		return false, err
	}
	served := func(m struct{ ID string }) bool { return m.ID == s.Model }
	if s.Model != "" && !slices.ContainsFunc(models.Data, served) {
		return false, fmt.Errorf("%s does not serve model %q but %q", Redacted(base.String()), s.Model, models.Data[0].ID)
	}
	s.Model = cmp.Or(s.Model, models.Data[0].ID)
	s.Served, s.Identity = s.Model, s.Model+" "+Redacted(t.URLs[0])
	return true, nil
}

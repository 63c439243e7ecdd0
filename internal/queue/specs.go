package queue

import "github.com/mediagauge/mediagauge/internal/job"

// keepSpecs bounds how many specs are kept. Behind a longer backlog they are decoded again,
// which takes longer than anything else that this package does for a claim.
const keepSpecs = 4096

// specs keeps what was just submitted until it is claimed. A spec never changes, so what is
// found here is what the store has. The dispatcher's lock guards it.
type specs struct{ jobs map[job.ID]*job.Spec }

func (s *specs) add(id job.ID, spec *job.Spec) {
	if s.jobs == nil {
		s.jobs = make(map[job.ID]*job.Spec)
	}
	if len(s.jobs) >= keepSpecs {
		for any := range s.jobs { // it may have been claimed by another node long ago
			delete(s.jobs, any)
			break
		}
	}
	s.jobs[id] = spec
}

// take returns the spec and forgets it; nil when it is not here.
func (s *specs) take(id job.ID) *job.Spec {
	spec := s.jobs[id]
	if spec != nil {
		delete(s.jobs, id)
	}
	return spec
}

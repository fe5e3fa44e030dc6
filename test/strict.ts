// Why: a finding that contradicts itself is left out for users, and must not go unnoticed here.
import { contradictions } from '../src/engine/findings/contradiction.ts';

contradictions.isError = true;

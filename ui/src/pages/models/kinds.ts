import type { Kind } from './document';

interface About {
  title: string;
  /** An example of how a model is called there. */
  model: string;
  /** Whether a provider of this kind wants a key. */
  isKeyed: boolean;
  /** Whether its address has to be said, can be said, or is known. */
  address: 'required' | 'optional' | null;
  /** An example of such an address. */
  at: string;
  /** Whether its models cost nothing, so that prices need not be said. */
  isFree: boolean;
}

export const KINDS: Record<Kind, About> = {
  openai: { title: 'OpenAI', model: 'gpt-4.1-mini', isKeyed: true, address: 'optional', at: 'https://api.openai.com/v1', isFree: false },
  anthropic: { title: 'Anthropic', model: 'claude-sonnet-4-5', isKeyed: true, address: 'optional', at: 'https://api.anthropic.com', isFree: false },
  github: { title: 'GitHub Models', model: 'gpt-4o-mini', isKeyed: true, address: null, at: '', isFree: false },
  ollama: { title: 'Ollama', model: 'llama3.2', isKeyed: false, address: 'optional', at: 'http://127.0.0.1:11434', isFree: true },
  compatible: { title: 'OpenAI-compatible server', model: 'qwen2.5-7b-instruct', isKeyed: false, address: 'required', at: 'http://127.0.0.1:8080/v1', isFree: true },
};

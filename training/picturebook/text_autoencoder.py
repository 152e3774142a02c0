"""The text autoencoder: a caption becomes a vector [64] of unit scale, and an autoregressive decoder writes it again."""

import math

import torch
from torch import Tensor, nn

from .space import CAPTION_TOKENS, TEXT_LATENT
from .tokenizer import BOS, EOS, PAD, VOCABULARY
from .towers import TransformerBlock

LAYERS, HEADS, HEAD_WIDTH = 3, 4, 32
WIDTH = HEADS * HEAD_WIDTH
POSITIONS = CAPTION_TOKENS + 1


class DecoderLayer(nn.Module):
    """Causal attention and feed-forward with the keys and values of earlier tokens given; [B,N,C] -> [B,N,C]."""

    def __init__(self):
        super().__init__()
        self.norm_attention, self.norm_forward = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.project_in = nn.Linear(WIDTH, 3 * WIDTH)
        self.project_out = nn.Linear(WIDTH, WIDTH)
        self.feed_forward = nn.Sequential(nn.Linear(WIDTH, 4 * WIDTH), nn.GELU(), nn.Linear(4 * WIDTH, WIDTH))

    def forward(self, x: Tensor, past: Tensor, bias: Tensor | None) -> tuple[Tensor, Tensor]:
        """past [B,2,heads,P,head] -> output and present [B,2,heads,P+N,head]."""
        batch, count, _ = x.shape
        qkv = self.project_in(self.norm_attention(x)).view(batch, count, 3, HEADS, HEAD_WIDTH).permute(2, 0, 3, 1, 4)
        present = torch.cat([past, qkv[1:].transpose(0, 1)], 3)
        scores = qkv[0] @ present[:, 0].transpose(-1, -2) / math.sqrt(HEAD_WIDTH)
        if bias is not None:
            scores = scores + bias
        mixed = (scores.softmax(-1) @ present[:, 1]).transpose(1, 2).reshape(batch, count, WIDTH)
        x = x + self.project_out(mixed)
        return x + self.feed_forward(self.norm_forward(x)), present


class TextAutoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.token = nn.Embedding(VOCABULARY, WIDTH)
        self.position = nn.Parameter(torch.randn(CAPTION_TOKENS, WIDTH) * 0.02)
        self.reader = nn.ModuleList(TransformerBlock(WIDTH, HEADS) for _ in range(3))
        self.read_norm = nn.LayerNorm(WIDTH)
        self.pool = nn.Linear(WIDTH, 4)
        self.to_latent = nn.Linear(4 * WIDTH, TEXT_LATENT[0])
        self.unscaled = nn.LayerNorm(TEXT_LATENT[0], elementwise_affine=False)
        self.from_latent = nn.Sequential(nn.Linear(TEXT_LATENT[0], 256), nn.SiLU(), nn.Linear(256, WIDTH))
        self.write_position = nn.Parameter(torch.randn(POSITIONS, WIDTH) * 0.02)
        self.writer = nn.ModuleList(DecoderLayer() for _ in range(LAYERS))
        self.write_norm = nn.LayerNorm(WIDTH)
        self.logits = nn.Linear(WIDTH, VOCABULARY)

    def encode(self, tokens: Tensor) -> Tensor:
        """int64 [B,32] -> [B,64]; four learned poolings, scaled to zero mean and unit variance."""
        present = (tokens != PAD).float()
        x = self.token(tokens) + self.position[: tokens.shape[1]]
        for block in self.reader:
            x = block(x, (present - 1)[:, None, None, :] * 30)
        x = self.read_norm(x)
        weights = (self.pool(x) + (present - 1)[..., None] * 30).softmax(1)  # [B,32,4]
        return self.unscaled(self.to_latent((weights.transpose(1, 2) @ x).flatten(1)))

    def decode(self, latent: Tensor, given: Tensor) -> Tensor:
        """Teacher forcing: int64 [B,N] -> logits [B,N,V]."""
        batch, count = given.shape
        x = self.token(given) + self.write_position[:count] + self.from_latent(latent)[:, None]
        bias = torch.full((count, count), -30.0).triu(1)
        past = x.new_zeros(batch, 2, HEADS, 0, HEAD_WIDTH)
        for layer in self.writer:
            x, _ = layer(x, past, bias)
        return self.logits(self.write_norm(x))

    def step(self, latent: Tensor, token: Tensor, past: Tensor) -> tuple[Tensor, Tensor]:
        """One token [B,1] after `past` [B,layers,2,heads,P,head] -> logits [B,V] and present."""
        count = past.shape[4]
        x = self.token(token) + self.write_position[count : count + 1] + self.from_latent(latent)[:, None]
        presents = []
        for index, layer in enumerate(self.writer):
            x, present = layer(x, past[:, index], None)
            presents.append(present)
        return self.logits(self.write_norm(x))[:, 0], torch.stack(presents, 1)


@torch.no_grad()
def write(model: TextAutoencoder, latent: Tensor) -> list[list[int]]:
    """Greedy decoding -> token ids of each row, without EOS."""
    batch = len(latent)
    past = torch.zeros(batch, LAYERS, 2, HEADS, 0, HEAD_WIDTH)
    token = torch.full((batch, 1), BOS)
    rows: list[list[int]] = [[] for _ in range(batch)]
    ended = [False] * batch
    for _ in range(POSITIONS):
        logits, past = model.step(latent, token, past)
        token = logits.argmax(-1, keepdim=True)
        for row, value in enumerate(token[:, 0].tolist()):
            ended[row] = ended[row] or value == EOS
            if not ended[row]:
                rows[row].append(value)
        if all(ended):
            break
    return rows

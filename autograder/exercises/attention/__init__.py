"""What the exercises of `11_attention` must show.

Shapes are (batch, query, d_k), (batch, key, d_k) and (batch, key, d_v), with distinct numbers throughout. A mask is
boolean, True where a query may look at a key. A query that may look at nothing gets zeros.
"""

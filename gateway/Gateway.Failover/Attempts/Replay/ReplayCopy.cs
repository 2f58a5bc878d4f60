using System.Buffers;
using System.Numerics;

namespace Gateway.Failover.Attempts.Replay;

/// <summary>
/// The beginning of a body, in pooled blocks that are reserved before they are rented. Not safe for threads: its <see cref="ReplayBody"/> calls
/// it under its own lock. Only the parts of a copy that is held are read outside of it, which is why dropping one waits for its last holder.
/// </summary>
/// <param name="most">How many bytes of this body are kept.</param>
/// <param name="expected">How many there will be, if the client said.</param>
internal sealed class ReplayCopy(long most, long? expected, ReplayLimit all)
{
    private const int Smallest = 16;
    private const int Usual = 4_096;
    private const int Largest = 65_536;

    private readonly List<(byte[] Bytes, int Size)> _blocks = [];
    private int _room;
    private int _holders;
    private bool _dropped;

    public long Length { get; private set; }

    public int Parts => _blocks.Count;

    /// <returns>False if a limit does not allow it. The copy is then of no more use.</returns>
    public bool TryAppend(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > most - Length)
        {
            return false;
        }

        while (!bytes.IsEmpty)
        {
            if (_room == 0 && !TryGrow(bytes.Length))
            {
                return false;
            }

            var (block, size) = _blocks[^1];
            var part = Math.Min(_room, bytes.Length);
            bytes[..part].CopyTo(block.AsSpan(size - _room));
            bytes = bytes[part..];
            _room -= part;
            Length += part;
        }

        return true;
    }

    public ReadOnlyMemory<byte> Part(int index)
    {
        var (block, size) = _blocks[index];
        return block.AsMemory(0, index == _blocks.Count - 1 ? size - _room : size);
    }

    /// <summary>From here to <see cref="Release"/> the parts stay where they are, dropped or not.</summary>
    public void Hold() => _holders++;

    public void Release()
    {
        _holders--;
        GiveBack();
    }

    public void Drop()
    {
        _dropped = true;
        GiveBack();
    }

    // A body of known length gets one block of its size; of an unknown one more comes, so the blocks double. A power of two is what the pool
    // has: what is reserved is what is used.
    private bool TryGrow(int wanted)
    {
        var coming = expected - Length ?? (_blocks.Count == 0 ? Usual : 2L * _blocks[^1].Size);
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(Math.Max(coming, wanted), Smallest, Largest));
        if (!all.TryReserve(size))
        {
            return false;
        }

        _blocks.Add((ArrayPool<byte>.Shared.Rent(size), size));
        _room = size;
        return true;
    }

    private void GiveBack()
    {
        if (!_dropped || _holders > 0)
        {
            return;
        }

        foreach (var (block, size) in _blocks)
        {
            ArrayPool<byte>.Shared.Return(block);
            all.Return(size);
        }

        _blocks.Clear();
        _room = 0;
    }
}

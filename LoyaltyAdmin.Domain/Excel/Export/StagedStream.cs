namespace LoyaltyAdmin.Domain.Excel;

/// <summary>
/// Takes what the archive writes and hands it on asynchronously. An entry of a <see cref="System.IO.Compression.ZipArchive"/> ends with
/// synchronous writes even when it is disposed asynchronously, and a response stream refuses those.
/// </summary>
internal sealed class StagedStream(Stream output) : Stream
{
    private readonly MemoryStream staged = new();

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public async Task HandOnAsync(CancellationToken cancel)
    {
        await output.WriteAsync(staged.GetBuffer().AsMemory(0, (int)staged.Length), cancel);
        staged.SetLength(0);
    }

    public override void Write(ReadOnlySpan<byte> buffer) => staged.Write(buffer);

    public override void Write(byte[] buffer, int offset, int count) => staged.Write(buffer, offset, count);

    public override void Flush()
    {
        // Handing on is the writer's decision.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        staged.Dispose();
        base.Dispose(disposing);
    }
}

using LoyaltyAdmin.Domain.Exports;

namespace LoyaltyAdmin.Tests.Excel;

public sealed class ReadAheadTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(250)]
    [InlineData(2_501)]
    public async Task Every_row_comes_once_and_in_order(int rows)
    {
        var found = new List<int>();
        await foreach (var chunk in Enumerable.Range(0, rows).ToAsyncEnumerable().InChunksAsync())
        {
            chunk.ShouldNotBeEmpty();
            found.AddRange(chunk);
        }

        found.ShouldBe(Enumerable.Range(0, rows));
    }

    [Fact]
    public async Task What_goes_wrong_while_reading_reaches_the_one_who_writes()
    {
        var found = 0;
        var exception = await Should.ThrowAsync<IOException>(async () =>
        {
            await foreach (var chunk in FailingAsync().InChunksAsync())
            {
                found += chunk.Count;
            }
        });

        exception.Message.ShouldBe("connection lost");
        found.ShouldBe(250);

        static async IAsyncEnumerable<int> FailingAsync()
        {
            for (var i = 0; i < 300; i++)
            {
                await Task.Yield();
                yield return i;
            }

            throw new IOException("connection lost");
        }
    }

    [Fact]
    public async Task The_source_is_closed_before_whoever_stops_half_way_goes_on()
    {
        var (closed, read) = (false, 0);
        await foreach (var chunk in EndlessAsync().InChunksAsync())
        {
            if ((read += chunk.Count) > 500)
            {
                break;
            }
        }

        closed.ShouldBeTrue();

        async IAsyncEnumerable<int> EndlessAsync()
        {
            try
            {
                for (var i = 0; ; i++)
                {
                    await Task.Yield();
                    yield return i;
                }
            }
            finally
            {
                closed = true;
            }
        }
    }

    [Fact]
    public async Task Cancelling_ends_the_reading()
    {
        using var stop = new CancellationTokenSource();
        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in Enumerable.Range(0, int.MaxValue).ToAsyncEnumerable().InChunksAsync(stop.Token))
            {
                await stop.CancelAsync();
            }
        });
    }
}

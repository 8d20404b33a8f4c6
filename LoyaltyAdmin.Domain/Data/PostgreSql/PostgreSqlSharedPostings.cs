using LoyaltyAdmin.Domain.Ledger;
using Npgsql;

namespace LoyaltyAdmin.Domain.Data.PostgreSql;

/// <summary>
/// Payments share a flush (ADR-004): while few are under way each goes by itself; what arrives meanwhile is posted together by one statement, so that 64 tills
/// do not become 64 transactions that two processors hurry through side by side. The guard is held against each account by itself, keys stay unique; if the
/// statement fails as a whole, nothing of it is done and each is posted alone.
/// </summary>
internal sealed class PostgreSqlSharedPostings(string connectionString)
{
    /// <summary>Statements side by side: one computes while another waits for the disk.</summary>
    private const int AtOnce = 2;

    private const int MostTogether = 64;

    private readonly Lock turn = new();
    private readonly LinkedList<Unit> waiting = [];
    private int running;

    /// <summary>Payments and the like; what changes an account's state or gives something back is posted alone.</summary>
    public static bool Takes(Posting posting, IReadOnlyList<(long AccountId, long Amount)> legs) =>
        posting is { To: null, NewUsableUntil: null, SealedAnswer: null, ReversesId: null, News: null, From: [AccountStatus.Open] } && legs.Count == 2 && legs[0].AccountId == posting.AccountId;

    /// <summary>Posts, alone or with others.</summary>
    /// <param name="posting">See <see cref="Takes"/>.</param>
    /// <param name="legs">Its own and the house's.</param>
    /// <param name="parts">What it takes from which lot; its expected sequence says that they are still there.</param>
    /// <param name="alone">Posts this one by itself.</param>
    /// <param name="cancel">Once its turn came, cancelling no longer stops it.</param>
    public async Task<PostingRow> RunAsync(Posting posting, IReadOnlyList<(long AccountId, long Amount)> legs, IReadOnlyList<(long LotId, long Amount)> parts, Func<Task<PostingRow>> alone, CancellationToken cancel)
    {
        var unit = new Unit(posting, legs[1].AccountId, parts, cancel);
        if (!IsMyTurn(unit))
        {
            return await unit.Answer ?? await alone();
        }

        try
        {
            return await alone();
        }
        finally
        {
            Next();
        }
    }

    private bool IsMyTurn(Unit unit)
    {
        lock (turn)
        {
            if (running < AtOnce)
            {
                running++;

                return true;
            }

            waiting.AddLast(unit);

            return false;
        }
    }

    private void Next()
    {
        var group = new List<Unit>();
        lock (turn)
        {
            // One statement changes an account once: who wants the same account waits for the next.
            var accounts = new HashSet<long>();
            for (var node = waiting.First; node is not null && group.Count < MostTogether;)
            {
                var (unit, next) = (node.Value, node.Next);
                if (accounts.Add(unit.Posting.AccountId))
                {
                    group.Add(unit);
                    waiting.Remove(node);
                }

                node = next;
            }

            if (group.Count == 0)
            {
                running--;

                return;
            }
        }

        _ = Task.Run(() => RunAsync(group));
    }

    private async Task RunAsync(List<Unit> group)
    {
        try
        {
            group.RemoveAll(unit => unit.IsGivenUp());
            if (group.Count > 0)
            {
                await using var connection = new NpgsqlConnection(connectionString);
                await connection.OpenAsync();
                var rows = await PostgreSqlSharedStatement.RunAsync(connection, [.. group.OrderBy(unit => unit.Posting.AccountId)]);
                group.ForEach(unit => unit.Tell(rows.GetValueOrDefault(unit.Posting.AccountId)));
            }
        }
        catch (Exception)
        {
            // A key used twice at this very moment, a deadlock, a lost connection: each learns its own trouble when it tries alone.
            group.ForEach(unit => unit.Tell(null));
        }
        finally
        {
            Next();
        }
    }

    internal sealed class Unit(Posting posting, long house, IReadOnlyList<(long LotId, long Amount)> parts, CancellationToken cancel)
    {
        private readonly TaskCompletionSource<PostingRow?> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Posting Posting => posting;

        public long House => house;

        public IReadOnlyList<(long LotId, long Amount)> Parts => parts;

        /// <summary>What it did, nothing posted included; null: to be posted alone.</summary>
        public Task<PostingRow?> Answer => answer.Task;

        public void Tell(PostingRow? row) => answer.TrySetResult(row);

        public bool IsGivenUp() => cancel.IsCancellationRequested && answer.TrySetCanceled(cancel);
    }
}
